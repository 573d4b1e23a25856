/** Who has run for too long, by threads that are none and a clock that the test moves. */
import { expect, it } from 'vitest';
import { domainId, indexOf } from '../../dist/abi/domain-id.js';
import { controlBytes } from '../../dist/abi/medium-layout.js';
import { Activity, ACTIVITY, SERVING, threadRow } from '../../dist/abi/thread-layout.js';
import { TICK_MS, Watchdog } from '../../dist/microkernel/watchdog.js';

const SLICE_MS = 60;
const RECORD = 7;

/** One domain in one turn, looked at tick by tick: by what it is seen to do, and what it uses between two looks. Answers at which milliseconds of its CPU time something was done about it. */
function watched(ticks: number, seen: (tick: number) => number, usedMs: (tick: number) => number): string[] {
  const id = domainId(5, 1);
  const row = threadRow(indexOf(id));
  const words = new Int32Array(new SharedArrayBuffer(controlBytes(64)));
  words[row + SERVING] = RECORD + 1;
  const done: string[] = [];
  let cpuMs = 0;
  const note = (what: string): void => void done.push(`${what} at ${Math.round(cpuMs)}`);
  const watchdog = new Watchdog(words, { read: () => cpuMs } as never, {
    timeOut: (record) => note(`time out ${record}`),
    flag: () => note('flag'),
    kill: () => note('kill'),
  });
  for (let tick = 0; tick < ticks && !done.some((what) => what.startsWith('flag')); tick++) {
    words[row + ACTIVITY] = (1 << 2) | seen(tick);
    watchdog.look([{ id, sliceMs: SLICE_MS, isStarting: false }]);
    cpuMs += usedMs(tick);
  }
  return done;
}

it('who works is told after one slice, and stopped after two', () => {
  expect(
    watched(
      1000,
      () => Activity.Running,
      () => TICK_MS,
    ),
  ).toEqual([`time out ${RECORD} at 60`, 'flag at 120']);
});

it('what a domain uses to look about while it waits in a call of its own is not counted, however long it waits', () => {
  expect(
    watched(
      1_000_000,
      () => Activity.Blocked,
      (tick) => (tick % 10 === 0 ? 0.2 : 0),
    ),
  ).toEqual([]);
});

it('what it uses before it waits and afterwards is', () => {
  const seen = (tick: number): number => (tick % 200 < 100 ? Activity.Running : Activity.Blocked);
  const done = watched(1_000_000, seen, (tick) => (seen(tick) === Activity.Running ? 0.3 : 0.02));
  expect(done).toEqual([expect.stringMatching(/^time out 7 at 6\d$/), expect.stringMatching(/^flag at 1[23]\d$/)]);
});

it('who works and is seen to wait at every look gains next to nothing by it', () => {
  expect(
    watched(
      1000,
      () => Activity.Blocked,
      () => TICK_MS,
    ),
  ).toEqual([`time out ${RECORD} at 75`, 'flag at 150']);
});
