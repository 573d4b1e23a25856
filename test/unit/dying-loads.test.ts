/** A domain that dies when it has just been loaded, while the kernel has not looked: its answer and its end are found in one turn. */
import { writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HOST_INDEX, KERNEL_INDEX } from '../../dist/abi/domain-id.js';
import { GRANULE_BYTES } from '../../dist/abi/heap-layout.js';
import type { KernelEvent } from '../../dist/abi/kernel-protocol.js';
import { DEFAULT_LIMITS } from '../../dist/abi/limits.js';
import { LIFE, Life, lifeState, lifeWord, threadRow, X_QUOTA } from '../../dist/abi/thread-layout.js';
import { Kernel } from '../../dist/microkernel/kernel.js';
import { packExtension } from '../../dist/pack/index.js';
import { openShared, reserveShared } from '../../dist/shared-heap/shared-state.js';
import { TypeTable } from '../../dist/shared-heap/types/type-table.js';

const folder = fileURLToPath(new URL('../fixtures/extensions/.scratch/dying-loads', import.meta.url));
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAP_BYTES = 8 * 2 ** 20;

describe('a domain that dies right behind its initialisation', () => {
  it('is not live, though its answer is found together with its end', async () => {
    const file = path.join(folder, 'dying.ts');
    writeFileSync(
      file,
      "import { defineDomain } from 'deciduous/domain';\nexport default defineDomain({ provides: {}, init() { setTimeout(() => { throw new Error('told to die'); }, 1); return {}; } });\n",
    );
    const leaf = await packExtension(file);
    const handles = reserveShared(HEAP_BYTES, 0);
    const shared = openShared(handles);
    const { words } = shared.controlViews;
    TypeTable.initialise(shared);
    for (const index of [HOST_INDEX, KERNEL_INDEX]) {
      words[threadRow(index) + X_QUOTA] = HEAP_BYTES / GRANULE_BYTES;
      words[threadRow(index) + LIFE] = lifeWord(Life.Live, 1);
    }
    const events: KernelEvent[] = [];
    const kernel = new Kernel({ shared: handles, spares: 0, paranoid: true }, (event) => events.push(event));
    const states = (): number[] => Array.from({ length: 8 }, (_, index) => lifeState(words[threadRow(2 + index) + LIFE]));
    const loading = kernel.load({
      name: 'dying',
      leaf,
      limits: DEFAULT_LIMITS,
      grants: {},
      powers: { console: true, timers: true },
      restart: { when: 'never', intensity: 1, periodMs: 1, backoffMs: 0, mostBackoffMs: 0, stableMs: 1, rebind: false, standby: false },
    });
    while (!states().includes(Life.Starting)) await new Promise((resolve) => setImmediate(resolve));
    // The thread is told to load in this turn or the next; then this one looks away for longer than a life lasts.
    await new Promise((resolve) => setImmediate(resolve));
    const until = Date.now() + 3000;
    while (Date.now() < until);
    expect(await loading).toMatchObject({ ok: false, failure: { code: 'DomainCrashed' } });
    expect(states()).not.toContain(Life.Live);
    expect(await kernel.audit()).toEqual([]);
    await kernel.close();
  });
});
