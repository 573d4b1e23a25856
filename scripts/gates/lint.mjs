/** Gate: oxlint's rules (.oxlintrc.json), those that need types included. Layering and the seam have gates of their own. */
import { finish } from './gate.mjs';
import { LAYERING, lint, SEAM } from './linter.mjs';

const { looked, violations } = lint(['--type-aware'], (code) => !LAYERING.has(code) && !SEAM.has(code));
finish(violations, `${looked} files looked at`);
