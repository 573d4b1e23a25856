/** What the kernel keeps of a domain's thread. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { controlBytes } from '../../dist/abi/medium-layout.js';
import { DomainThread } from '../../dist/microkernel/domain-thread.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('nothing, when it has ended: a domain may die for ever', { timeout: 120_000 }, async () => {
  const words = new Int32Array(new SharedArrayBuffer(controlBytes(64)));
  const ended = async (): Promise<WeakRef<DomainThread>> => {
    const thread = new DomainThread(words, null);
    await thread.ready;
    thread.terminate();
    await thread.ended;
    return new WeakRef(thread);
  };
  const kept = await ended();
  const isGone = (): boolean => {
    collect();
    return kept.deref() === undefined;
  };
  await expect.poll(isGone).toBe(true);
});
