// A process of its own, because isolated-vm wants Node 20 started with --no-node-snapshot. It times its own calls when it is told to.
import { createRequire } from 'node:module';

const ivm = load();
const isolate = new ivm.Isolate({ memoryLimit: 64 });
const context = isolate.createContextSync();
const add = context.evalSync('(a, b) => (a + b) >>> 0', { reference: true });
process.on('message', (operations) => {
  const start = process.hrtime.bigint();
  for (let i = 0; i < operations; i++) if (add.applySync(undefined, [i, 1]) !== i + 1) throw new Error('a wrong sum');
  process.send(Number(process.hrtime.bigint() - start) / operations);
});
process.send('ready');

function load() {
  try {
    return createRequire(import.meta.url)('isolated-vm');
  } catch ({ code, message }) {
    const why = { ERR_DLOPEN_FAILED: `it was not built for Node ${process.versions.node}`, MODULE_NOT_FOUND: 'it is not installed' };
    console.error(`Error: ${why[code] ?? message.split('\n', 1)[0]}`);
    process.exit(1);
  }
}
