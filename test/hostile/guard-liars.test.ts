/** The process of a guarded kernel says what cannot be, in the midst of a conversation: it is ended, whoever waits is told, and nothing that it said reaches the program. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { boot, type GuardedKernel, type KernelCrash, serveMetrics } from 'deciduous';
import { errorOf, Lab, leafOf } from '../semantics/lab.js';

const liar = pathToFileURL(fileURLToPath(new URL('../fixtures/guard/liar.mjs', import.meta.url))).href;
const saved = process.env.NODE_OPTIONS;
beforeAll(() => {
  process.env.NODE_OPTIONS = `--import ${liar}`;
});
afterAll(() => {
  if (saved === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = saved;
  delete process.env.LIE;
});

const kernels: GuardedKernel[] = [];
afterEach(async () => {
  for (const kernel of kernels.splice(0)) await kernel.close();
});

/** A kernel whose only process tells that lie. */
async function lying(lie: string): Promise<{ readonly kernel: GuardedKernel; readonly ends: KernelCrash[] }> {
  process.env.LIE = lie;
  const kernel = await boot({ guard: { kind: 'process', heartbeatMs: 60_000, intensity: 0 } });
  const ends: KernelCrash[] = [];
  kernel.on('kernel-crash', (end) => ends.push(end));
  kernels.push(kernel);
  return { kernel, ends };
}

const CANNOT_BE = [expect.objectContaining({ reason: expect.stringContaining('it said what cannot be') as string, next: 'give-up' })];

describe('a kernel’s process that lies', { timeout: 120_000 }, () => {
  it.each(['another kind of answer', 'an error without its parts', 'a death without its parts', 'a life of a program that nobody has'])(
    'to a call, by %s: the call is told that the process has ended',
    async (lie) => {
      const { kernel, ends } = await lying(lie);
      const heard: unknown[] = [];
      kernel.on('crash', (epitaph) => heard.push(epitaph));
      const domain = await kernel.load(await leafOf('lab.ts'), { name: 'lab' });
      expect(errorOf(await domain.get(Lab).async.work(1))).toMatchObject({ code: 'DomainCrashed', cause: 'killed', started: true });
      await expect.poll(() => ends).toEqual(CANNOT_BE);
      expect(heard).toEqual([]);
    },
  );

  it.each(['a number for text', 'a list that is long and empty'])('to whoever asks how it is, by %s: nobody is answered that', async (lie) => {
    const { kernel, ends } = await lying(lie);
    await using served = await serveMetrics(kernel);
    const answer = await fetch(served.url);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('the kernel is not started again')]);
    expect(ends).toEqual(CANNOT_BE);
    for (const asked of [kernel.stats(), kernel.audit(), kernel.trace()]) await expect(asked).rejects.toThrow('the kernel is not started again');
  });

  it('by the name of an error is believed no more than that there was one', async () => {
    const { kernel, ends } = await lying('an error named as a member of every object');
    await expect(kernel.stats()).rejects.toThrow(new Error('said'));
    expect(ends).toEqual([]);
  });

  it('about the limits of what it has loaded has loaded nothing', async () => {
    const { kernel, ends } = await lying('limits that cannot be');
    await expect(kernel.load(await leafOf('lab.ts'), { name: 'lab' })).rejects.toMatchObject({ code: 'DomainCrashed', extension: 'lab' });
    await expect.poll(() => ends).toEqual(CANNOT_BE);
  });
});
