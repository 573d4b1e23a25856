/** `deciduous idl lock`: keeps what is published, so that later changes can be judged. */
import { defineCommand } from 'citty';
import { checkLocks } from '../../idl/index.js';
import { compareText, writeWhole } from '../text-file.js';
import { complain, print, printJson, verbMeta } from '../verb.js';
import { complainOf, FILES, JSON_OPTION, sourcesFrom } from './sources.js';

export default defineCommand({
  meta: verbMeta({
    name: 'lock',
    description: 'Writes what the named files publish to idl.lock in their folder; refuses breaking changes',
    examples: [
      'deciduous idl lock idl/*.idl',
      'deciduous idl lock idl/*.idl --check   # in CI: exits 1 where something published is not in the lock',
      'deciduous idl lock idl/kv.idl --accept-breaking   # where nobody was built with what it breaks',
    ],
  }),
  args: {
    file: { ...FILES, description: 'Interface definition files that are published; what they import is kept as beneath them' },
    'accept-breaking': { type: 'boolean', description: 'Publish breaking changes too' },
    check: { type: 'boolean', description: 'Write nothing; exit 1 where a lock file is missing or would change' },
    json: JSON_OPTION,
  },
  run({ args }) {
    const { diagnostics, changes, plans } = checkLocks(sourcesFrom(args._));
    const breaking = changes.filter(({ compatible }) => !compatible).length;
    const accepted = args['accept-breaking'] === true && breaking === diagnostics.length;
    if (plans.length === 0 || (breaking > 0 && !accepted)) {
      if (args.json) printJson({ ok: false, diagnostics, changes, files: [] });
      else complainOf(diagnostics);
      return 1;
    }
    const files = plans.map(({ path, text }) => {
      const state = compareText(path, text);
      if (args.check === true || state === 'unchanged') return { path, state };
      writeWhole(path, text);
      return { path, state: 'written' as const };
    });
    const ok = files.every(({ state }) => state === 'written' || state === 'unchanged');
    if (args.json) printJson({ ok, diagnostics: [], changes, files });
    else {
      for (const { path, state } of files) print(`${path}: ${state}`);
      if (!ok) complain('what is published is not what the lock says: run the same command without --check');
    }
    return ok ? 0 : 1;
  },
});
