/** Who is rung when a program begins a life, or will have none. */
import { expect, it } from 'vitest';
import { controlBytes } from '../../dist/abi/medium-layout.js';
import { AWAITING_LIVES, PARKED, threadRow, X_DOORBELL } from '../../dist/abi/thread-layout.js';
import { DomainTable } from '../../dist/microkernel/domain-table.js';

it('whoever waits for a life is rung when one begins, and nobody else who sleeps', () => {
  const words = new Int32Array(new SharedArrayBuffer(controlBytes(64)));
  const [waiting, idle, awake] = [5, 6, 7];
  for (const index of [waiting, idle]) words[threadRow(index) + PARKED] = 1;
  for (const index of [waiting, awake]) words[threadRow(index) + AWAITING_LIVES] = 2;
  new DomainTable(words).ringWhoAwaitsLives();
  expect([waiting, idle, awake].map((index) => words[threadRow(index) + X_DOORBELL])).toEqual([1, 0, 0]);
});
