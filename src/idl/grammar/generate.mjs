/**
 * Makes the parser in `generated/` from `deciduous.langium`: `node src/idl/grammar/generate.mjs`.
 * With `--check` it writes nothing and exits 1 where what is committed differs.
 *
 * langium-cli validates grammars with Object.groupBy, which Node 20 lacks and our range of versions includes, so it is supplied here.
 * `--mode production` leaves that validation out of the parser at run time: the grammar was validated when it was generated.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const groupBy =
  'Object.groupBy ??= (items, keyOf) => { const groups = Object.create(null); for (const item of items) (groups[keyOf(item)] ??= []).push(item); return groups; };';
const home = path.dirname(fileURLToPath(import.meta.url));
const configFile = path.join(home, '..', 'langium-config.json');
const cli = fileURLToPath(new URL('../bin/langium.js', import.meta.resolve('langium-cli')));

function generate(config) {
  const preload = `data:text/javascript,${encodeURIComponent(groupBy)}`;
  const { status } = spawnSync(process.execPath, ['--import', preload, cli, 'generate', '-f', config, '--mode', 'production'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    console.error('langium could not generate the parser: see above');
    process.exit(1);
  }
}

if (process.argv[2] !== '--check') {
  generate(configFile);
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-grammar-'));
  try {
    const config = JSON.parse(readFileSync(configFile, 'utf8'));
    for (const language of config.languages) language.grammar = path.join(home, '..', language.grammar);
    config.out = path.join(folder, 'generated');
    writeFileSync(path.join(folder, 'langium-config.json'), JSON.stringify(config));
    generate(path.join(folder, 'langium-config.json'));
    const read = (...parts) => {
      try {
        return readFileSync(path.join(...parts), 'utf8');
      } catch {
        return undefined;
      }
    };
    const committed = path.join(home, 'generated');
    const names = new Set([...readdirSync(config.out), ...readdirSync(committed)]);
    const different = [...names].filter((name) => read(config.out, name) !== read(committed, name));
    if (different.length > 0) console.error(`out of date: ${different.join(', ')}; run node src/idl/grammar/generate.mjs`);
    process.exitCode = different.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
