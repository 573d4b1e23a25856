// A process of its own, because isolated-vm wants Node 20 started with --no-node-snapshot. It times its own calls when it is told to.
import { createRequire } from 'node:module';

const ivm = createRequire(import.meta.url)('isolated-vm');
const isolate = new ivm.Isolate({ memoryLimit: 64 });
const context = isolate.createContextSync();
const add = context.evalSync('(a, b) => (a + b) >>> 0', { reference: true });
process.on('message', (operations) => {
  const start = process.hrtime.bigint();
  for (let i = 0; i < operations; i++) add.applySync(undefined, [i, 1]);
  process.send(Number(process.hrtime.bigint() - start) / operations);
});
process.send('ready');
