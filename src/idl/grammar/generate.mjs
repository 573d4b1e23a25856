/**
 * Makes the parser in `generated/` from `deciduous.langium`: `node src/idl/grammar/generate.mjs`.
 *
 * langium-cli validates grammars with Object.groupBy, which Node 20 lacks and our range of versions includes, so it is supplied here.
 * `--mode production` leaves that validation out of the parser at run time: the grammar was validated when it was generated.
 */
import { fileURLToPath } from 'node:url';

Object.groupBy ??= (items, keyOf) => {
  const groups = Object.create(null);
  for (const item of items) (groups[keyOf(item)] ??= []).push(item);
  return groups;
};

const config = fileURLToPath(new URL('../langium-config.json', import.meta.url));
const cli = new URL('../bin/langium.js', import.meta.resolve('langium-cli'));
process.argv = [process.argv[0], 'langium', 'generate', '-f', config, '--mode', 'production'];
await import(cli.href);
