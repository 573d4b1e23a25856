/** The meter of work, with a counter as the build makes it. */
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../dist/abi/limits.js';
import { WorkMeter } from '../../../dist/domains/work-meter.js';

/** How many steps can be done, where `interrupt` runs after each. */
function stepsWithin(fuel: number, interrupt: (meter: WorkMeter, step: number) => void): number {
  const meter = new WorkMeter({ ...DEFAULT_LIMITS, fuel }, new Float64Array(8));
  let counter = 0;
  meter.connect(
    (granted) => {
      const left = counter;
      counter = granted;
      return left;
    },
    () => {},
  );
  for (let step = 0; ; step++) {
    if (--counter < 0) {
      counter = meter.refill(300);
      if (counter < 0) return step;
    }
    interrupt(meter, step);
  }
}

it('counts the same steps however often the way to the next checkpoint is shortened', () => {
  const undisturbed = stepsWithin(10_000, () => {});
  expect(undisturbed).toBe(10_000);
  for (const [every, to] of [
    [1, 64],
    [7, 0],
    [299, 1],
    [300, 5],
    [301, 1000],
  ])
    expect(
      stepsWithin(10_000, (meter, step) => step % every === 0 && meter.shorten(to)),
      `every ${every} to ${to}`,
    ).toBe(undisturbed);
});

it('reaches the next checkpoint no later than it was told', () => {
  let since = 0;
  let longest = 0;
  const meter = new WorkMeter({ ...DEFAULT_LIMITS, fuel: 0 }, new Float64Array(8));
  let counter = 0;
  meter.connect(
    (granted) => {
      const left = counter;
      counter = granted;
      return left;
    },
    () => {},
  );
  for (let step = 0; step < 2000; step++) {
    since++;
    if (--counter < 0) {
      longest = Math.max(longest, since);
      since = 0;
      counter = meter.refill(500);
      meter.shorten(64);
    }
  }
  expect(longest).toBe(65);
});
