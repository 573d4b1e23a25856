/** What `node:diagnostics_channel` tells of kernels: each event once, in order, to whoever subscribes, and nothing is made for nobody. */
import diagnostics from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { boot } from 'deciduous';
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
    const domain = await kernel.load(await leafOf('lab.ts'), { name: 'lab', restart: { when: 'on-crash', intensity: 1, backoffMs: 0, rebind: true } });
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
