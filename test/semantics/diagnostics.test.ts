/** What `node:diagnostics_channel` tells of kernels: each event once, in order, to whoever subscribes, and nothing is made for nobody. */
import { AsyncLocalStorage } from 'node:async_hooks';
import diagnostics from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boot, type CallMessage, type GuardedKernel, type KernelHandle, type RpcError } from 'deciduous';
import { CHANNELS, publish } from '../../dist/host/diagnostics.js';
import { repository } from '../unit/docs/pages.js';
import { Lab, leafOf } from './lab.js';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function listen(name: string, listener: (message: never) => void): void {
  const heard = (message: unknown): void => listener(message as never);
  diagnostics.subscribe(name, heard);
  ends.push(() => diagnostics.unsubscribe(name, heard));
}

describe('diagnostics', () => {
  it('boot, load, crash, restart, giving up, unloading, refusals and the end are told in order, each with its kernel', async () => {
    const heard: string[] = [];
    const kernels = new Set<unknown>();
    const waiting = new Map<string, () => void>();
    const told = (name: string): Promise<void> => new Promise((resolve) => waiting.set(name, resolve));
    for (const name of Object.keys(CHANNELS)) {
      listen(name, ({ kernel, domain, incarnation, epitaph, error, downMs }: { [key: string]: any }) => {
        kernels.add(kernel);
        heard.push([name.slice(10), domain, incarnation, epitaph?.cause, error?.code, downMs > 0 ? 'after a while' : undefined].filter(Boolean).join(' '));
        waiting.get(name)?.();
      });
    }
    const kernel = await boot();
    const keepAlive = setInterval(() => {}, 1000);
    const domain = await kernel.load(await leafOf('lab.ts'), {
      name: 'lab',
      restart: { when: 'on-crash', intensity: 1, periodMs: 600_000, backoffMs: 0, rebind: true },
    });
    const restarted = told('deciduous:restart');
    domain.get(Lab).die('Panic');
    await restarted;
    const gaveUp = told('deciduous:give-up');
    domain.get(Lab).die('Panic');
    await gaveUp;
    await domain.unload();
    await kernel.load('./no-such-file.ts').catch(() => {});
    await kernel.close();
    clearInterval(keepAlive);
    expect(heard).toEqual([
      'boot',
      'load lab 1',
      'crash lab 1 panic',
      'restart lab 2 after a while',
      'crash lab 2 panic',
      'give-up lab',
      'unload lab 2',
      'refused PACK001',
      'close',
    ]);
    expect([...kernels]).toEqual([kernel]);
  });

  it('a message is made only where somebody listens', () => {
    let made = 0;
    const message = (): never => {
      made++;
      return { kernel: null, condemned: [] } as never;
    };
    publish('deciduous:close', message);
    expect(made).toBe(0);
    listen('deciduous:close', () => {});
    publish('deciduous:close', message);
    expect(made).toBe(1);
  });

  it('docs/metrics.md lists every channel, and no other', () => {
    const page = readFileSync(path.join(repository, 'docs/metrics.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `(deciduous:[a-z-]+)` \|/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.keys(CHANNELS));
  });
});

describe('the tracing channel of calls', () => {
  const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
  async function withLab<T>(body: (lab: Lab) => T | Promise<T>): Promise<T> {
    const kernel = await boot({ spares: 0 });
    try {
      return await body((await kernel.load(await leafOf('lab.ts'), { name: 'lab' })).get(Lab));
    } finally {
      await kernel.close();
    }
  }
  function hear(): string[] {
    const heard: string[] = [];
    for (const event of EVENTS)
      listen(`tracing:deciduous:call:${event}`, ({ domain, method, waits, result, error }: CallMessage<KernelHandle>) =>
        heard.push([event, domain, method, waits ? 'waits' : 'async', result?.ok ?? '-', (error as RpcError | undefined)?.code ?? ''].join(' ').trim()),
      );
    return heard;
  }

  it('a call that waits starts and ends, with its outcome; one that does not has its outcome later', async () => {
    const heard = hear();
    await withLab(async (lab) => {
      lab.fill(1);
      lab.measure('no note' as never);
      await lab.async.fill(1);
    });
    expect(heard).toEqual([
      'start lab Lab.fill waits -',
      'end lab Lab.fill waits true',
      'start lab Lab.measure waits -',
      'error lab Lab.measure waits false InvalidType',
      'end lab Lab.measure waits false InvalidType',
      'start lab Lab.fill async -',
      'end lab Lab.fill async -',
      'asyncStart lab Lab.fill async true',
      'asyncEnd lab Lab.fill async true',
    ]);
  });

  it('calls of a guarded kernel are told in its host with the same words, and so is what ends with its process', async () => {
    const heard = hear();
    const abouts = new Set<unknown>();
    listen('tracing:deciduous:call:start', ({ kernel, startMs }: CallMessage<GuardedKernel>) => abouts.add(startMs > 0 ? kernel : startMs));
    const kernel = await boot({ spares: 0, guard: 'process' });
    const lab = (await kernel.load(await leafOf('lab.ts'), { name: 'lab', limits: { timeSliceMs: 60_000 } })).get(Lab);
    await lab.async.fill(1);
    await lab.async.measure('no note' as never);
    await expect(lab.async.fill(1, { timeoutMs: -1 })).rejects.toThrow(/timeoutMs/);
    const lost = lab.async.work(60_000);
    process.kill(kernel.pid as number, 'SIGKILL');
    expect(await lost).toMatchObject({ ok: false, error: { code: 'DomainCrashed' } });
    await kernel.close();
    const told = (method: string, outcome: string, error?: string): string[] => [
      `start lab ${method} async -`,
      `end lab ${method} async -`,
      ...(error === undefined ? [] : [`error lab ${method} async ${error}`.trim()]),
      `asyncStart lab ${method} async ${outcome}`,
      `asyncEnd lab ${method} async ${outcome}`,
    ];
    expect(heard).toEqual([
      ...told('Lab.fill', 'true'),
      ...told('Lab.measure', 'false InvalidType', 'false InvalidType'),
      ...told('Lab.fill', '- InvalidType', '- InvalidType'),
      ...told('Lab.work', 'false DomainCrashed', 'false DomainCrashed'),
    ]);
    expect([...abouts]).toEqual([kernel]);
  });

  it('who binds a store to the start of a call has it throughout, and the answer is the same', async () => {
    const store = new AsyncLocalStorage<string>();
    const start = diagnostics.channel('tracing:deciduous:call:start');
    start.bindStore(store, (message) => (message as CallMessage).method);
    const seen: unknown[] = [];
    listen('tracing:deciduous:call:end', () => seen.push(store.getStore()));
    await withLab(async (lab) => {
      expect(lab.fill(2)).toEqual({ ok: true, value: 2 });
      expect(await lab.async.fill(1)).toEqual({ ok: true, value: 3 });
      expect(lab.die('Panic')).toMatchObject({ ok: false, error: { code: 'DomainCrashed' } });
    });
    start.unbindStore(store);
    expect(seen).toEqual(['Lab.fill', 'Lab.fill', 'Lab.die']);
  });

  it('nobody who stops listening hears of later calls, and calls go on', async () => {
    const heard = hear();
    await withLab((lab) => {
      lab.fill(1);
      for (const end of ends.splice(0)) end();
      expect(lab.fill(1)).toEqual({ ok: true, value: 2 });
    });
    expect(heard).toHaveLength(2);
  });
});
