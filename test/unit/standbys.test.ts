/** For whom a thread is kept that waits to be a next life, by threads that are none. */
import { expect, it } from 'vitest';
import { controlBytes } from '../../dist/abi/medium-layout.js';
import { DEFAULT_LIMITS } from '../../dist/abi/limits.js';
import { DomainTable } from '../../dist/microkernel/domain-table.js';
import { Standbys } from '../../dist/microkernel/standbys.js';

/** A program in such a state while a thread is started for it; answers how many threads wait in the end, and how many were ended. */
async function keptFor(
  state: { life: object | null; restarting: boolean },
  prepare = (): Promise<void> => Promise.resolve(),
): Promise<{ waiting: number; ended: number }> {
  const program = { limits: DEFAULT_LIMITS, orphanedGranules: 0, ended: false, isStopped: false, supervisor: { isOver: false }, life: {}, restarting: false };
  const request = { leaf: {}, powers: {}, restart: { when: 'on-crash', standby: true } };
  let ended = 0;
  const thread = {
    hasEnded: false,
    ended: new Promise(() => {}),
    become() {},
    terminate: () => ended++,
    control: { prepare, check: () => Promise.resolve() },
  };
  let started = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    started = resolve;
  });
  const spares = {
    async start() {
      Object.assign(program, state);
      setImmediate(started);
      return thread;
    },
  };
  const table = new DomainTable(new Int32Array(new SharedArrayBuffer(controlBytes(64))));
  const standbys = new Standbys(spares as never, table, () => ({}) as never);
  standbys.follow(Object.assign(program, { request }) as never);
  await isOver;
  return { waiting: standbys.count, ended };
}

it('a program that lives, or is about to live again, has a thread that waits', async () => {
  expect(await keptFor({ life: {}, restarting: false })).toEqual({ waiting: 1, ended: 0 });
  expect(await keptFor({ life: null, restarting: true })).toEqual({ waiting: 1, ended: 0 });
});

it('one that has ended its life while the thread started, and is not to begin another, has none', async () => {
  expect(await keptFor({ life: null, restarting: false })).toEqual({ waiting: 0, ended: 1 });
});

it('one that cannot be prepared is ended: it would keep its row for as long as the kernel runs', async () => {
  expect(await keptFor({ life: {}, restarting: false }, () => Promise.reject(new Error('no room')))).toEqual({ waiting: 0, ended: 1 });
});
