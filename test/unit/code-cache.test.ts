/** What V8 has compiled for one thread, given to the next. */
import { expect, it } from 'vitest';
import { controlBytes } from '../../dist/abi/medium-layout.js';
import { DomainThread } from '../../dist/microkernel/domain-thread.js';

const words = new Int32Array(new SharedArrayBuffer(controlBytes(64)));

async function started(codeCache: Uint8Array | null): Promise<Uint8Array> {
  const thread = new DomainThread(words, codeCache);
  const end = await Promise.race([thread.ready.then(() => null), thread.ended]);
  expect(end).toBeNull();
  const made = await thread.control.codeCache();
  thread.terminate();
  await thread.ended;
  return made;
}

it('a domain’s thread starts from nothing, tells what V8 has compiled for it, and the next one starts with that', { timeout: 120_000 }, async () => {
  const made = await started(null);
  expect(made.length).toBeGreaterThan(100_000);
  expect((await started(made)).length).toBeGreaterThan(100_000);
});

it('what V8 does not take is compiled anew', { timeout: 120_000 }, async () => {
  expect((await started(new Uint8Array(1000).fill(7))).length).toBeGreaterThan(100_000);
});
