/** Gate: src/abi/atomics.ts is the only file in src whose code names Atomics or SharedArrayBuffer. Comments and strings may. */
import { finish } from './gate.mjs';
import { lint, SEAM } from './linter.mjs';

const { looked, violations } = lint(['src'], (code) => SEAM.has(code));
finish(
  violations.map(({ where, what }) => ({
    where,
    what: what.replace(/src\/abi\/atomics.*/, ''),
    todo: 'src/abi/atomics.ts is the one door to shared memory; take what you need from there',
  })),
  `${looked} files looked at`,
);
