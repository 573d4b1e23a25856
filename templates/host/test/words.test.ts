import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { boot, type DomainHandle, type KernelHandle } from 'deciduous';
import { Text, Words } from '../generated/scaffold.js';
import { loadWords } from '../src/words.js';

let kernel: KernelHandle;
let domain: DomainHandle;

before(async () => {
  kernel = await boot({ sharedHeapBytes: 64 * 2 ** 20 });
  domain = await loadWords(kernel);
});
after(() => kernel.close());

test('words are counted', () => {
  using text = kernel.heap.alloc(Text, { body: 'one two\nthree' });
  assert.deepEqual(domain.get(Words).count(text), { ok: true, value: { ok: true, value: 3 } });
});

test('a text without words is an error that the interface names', () => {
  using text = kernel.heap.alloc(Text, { body: '' });
  assert.deepEqual(domain.get(Words).count(text), { ok: true, value: { ok: false, error: 'Empty' } });
});

test('a crash of the extension is a value, it starts again, and nothing is left behind', async () => {
  const words = domain.get(Words);
  const crash = words.stumble();
  assert.equal(!crash.ok && crash.error.code, 'DomainCrashed');
  await domain.ready();
  using text = kernel.heap.alloc(Text, { body: 'again' });
  assert.deepEqual(await words.async.count(text), { ok: true, value: { ok: true, value: 1 } });
  assert.deepEqual(await kernel.audit(), []);
});
