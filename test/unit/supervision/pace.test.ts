/** How fast children are started again, by a clock that stands still until it is told to go on: what is configured holds to the millisecond, for a day and more. */
import { describe, expect, it } from 'vitest';
import { paceOf } from '../../../dist/host/restart-options.js';
import { Backoff } from '../../../dist/microkernel/supervision/backoff.js';
import { Intensity } from '../../../dist/microkernel/supervision/intensity.js';
import { Company, type Puppet, settle } from './company.js';

const DAY_MS = 86_400_000;

describe('the wait before a restart', () => {
  it('is doubled for each further one, up to the ceiling', () => {
    const backoff = new Backoff({ intensity: 0, periodMs: 0, backoffMs: 100, mostBackoffMs: 1500, stableMs: 1000 });
    expect(Array.from({ length: 8 }, () => backoff.next(0))).toEqual([100, 200, 400, 800, 1500, 1500, 1500, 1500]);
  });

  it('is never shorter than what was asked for: a first wait beyond the usual ceiling is the ceiling, unless another is given', () => {
    const pace = ({ backoffMs, mostBackoffMs }: { backoffMs?: number; mostBackoffMs?: number }): number[] => {
      const backoff = new Backoff(paceOf({ ...(backoffMs !== undefined && { backoffMs }), ...(mostBackoffMs !== undefined && { mostBackoffMs }) }));
      return [backoff.next(0), backoff.next(0)];
    };
    expect(pace({ backoffMs: 60_000 })).toEqual([60_000, 60_000]);
    expect(pace({ backoffMs: 20_000 })).toEqual([20_000, 30_000]);
    expect(pace({ backoffMs: 60_000, mostBackoffMs: 90_000 })).toEqual([60_000, 90_000]);
  });

  it('stays at the ceiling for ever, and is 0 where none is asked for', () => {
    const pace = { intensity: 0, periodMs: 0, backoffMs: 1, mostBackoffMs: 60_000, stableMs: 1000 };
    const backoff = new Backoff(pace);
    const none = new Backoff({ ...pace, backoffMs: 0 });
    const waits = Array.from({ length: 5000 }, () => [backoff.next(0), none.next(0)]);
    expect(waits.at(-1)).toEqual([60_000, 0]);
  });

  it('begins anew when what was started has run for the stable time, and not a moment before', async () => {
    for (const [ranMs, waitMs] of [
      [4999, 200],
      [5000, 100],
    ]) {
      const company = new Company();
      const [a] = company.children(company.supervisor('one-for-one', { intensity: 100, backoffMs: 100, stableMs: 5000 }), 'a');
      a.end();
      await company.clock.advance(100 + ranMs);
      a.end();
      await settle();
      expect(company.clock.nextAt - company.clock.now()).toBe(waitMs);
    }
  });

  it('does not count the time in which nothing ran', async () => {
    const company = new Company();
    const [a] = company.children(company.supervisor('one-for-one', { intensity: 100, backoffMs: 10_000, mostBackoffMs: 60_000, stableMs: 5000 }), 'a');
    a.plan.push('crash', 'crash');
    a.end();
    await company.clock.advance(10_000);
    expect(company.clock.nextAt - company.clock.now()).toBe(20_000);
    await company.clock.advance(20_000);
    expect(company.clock.nextAt - company.clock.now()).toBe(40_000);
  });

  it('is each child’s own where they are restarted one for one, and the group’s where they are restarted together', async () => {
    for (const [strategy, waitMs] of [
      ['one-for-one', 100],
      ['one-for-all', 200],
    ] as const) {
      const company = new Company();
      const [a, b] = company.children(company.supervisor(strategy, { intensity: 100, backoffMs: 100 }), 'a', 'b');
      a.end();
      await company.clock.advance(150);
      b.end();
      await settle();
      expect(company.clock.nextAt - company.clock.now()).toBe(waitMs);
    }
  });
});

describe('intensity and period', () => {
  it('agree with a count of all restarts within the period, whatever the moments', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (const [most, periodMs] of [
      [0, 100],
      [1, 1000],
      [5, 1000],
      [200, 60_000],
    ]) {
      const intensity = new Intensity(most, periodMs);
      const at: number[] = [];
      for (let now = 0; now < 2_000_000; now += Math.floor(random() * 400)) {
        at.push(now);
        expect(intensity.exceeds(now)).toBe(at.filter((each) => now - each < periodMs).length > most);
        if (at.length > 4000) at.splice(0, 2000);
      }
    }
  });
});

/** A child that crashes as soon as it has run for so long, from now on. */
async function loops(company: Company, child: Puppet, ranMs: number, untilMs: number): Promise<number[]> {
  const ends: number[] = [];
  const turn = async (): Promise<void> => {
    // Promises alone are under way, and a day has many turns.
    for (let job = 0; job < 24; job++) await Promise.resolve();
  };
  while (company.clock.now() < untilMs && company.gaveUp.length === 0) {
    await company.clock.advanceTo(company.clock.now() + ranMs, turn);
    ends.push(company.clock.now());
    child.end();
    await turn();
    while (!child.isLive && company.clock.nextAt <= untilMs) await company.clock.advanceTo(company.clock.nextAt, turn);
    if (!child.isLive) break;
  }
  return ends;
}

describe('a day of crash loops', () => {
  it('restarts exactly as often as the backoff says, and never gives up where the intensity allows it', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-one', { intensity: 10, periodMs: 10_000, backoffMs: 100, mostBackoffMs: 10_000, stableMs: 60_000 });
    const [a] = company.children(supervisor, 'a');
    const ends = await loops(company, a, 500, DAY_MS);
    const waits = ends.slice(1).map((end, index) => end - ends[index] - 500);
    expect(waits.slice(0, 9)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    expect(new Set(waits.slice(7))).toEqual(new Set([10_000]));
    expect(ends.filter((end) => end <= DAY_MS).length).toBe(8 + Math.floor((DAY_MS - ends[7]) / 10_500));
    expect(company.gaveUp).toEqual([]);
    expect(supervisor.stats).toMatchObject({ restarts: company.restarting.length, gaveUp: 0 });
  }, 120_000);

  it('gives up at the very crash that is one too many, once, and nothing happens afterwards', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-one', { intensity: 5, periodMs: 10_000 });
    const [a] = company.children(supervisor, 'a');
    // Every 2.1 s: there are five within ten seconds, of which the first goes out of them 1.6 s after the last. The next comes a millisecond before.
    const ends = await loops(company, a, 2100, DAY_MS - 10_000);
    expect(company.gaveUp).toEqual([]);
    expect(ends.length).toBeGreaterThan(41_000);
    await company.clock.advance(1599);
    expect(a.end()).toBe('give-up');
    await company.clock.advance(DAY_MS);
    expect(company.gaveUp).toHaveLength(1);
    expect(a.isLive).toBe(false);
    expect(company.clock.pending).toBe(0);
  }, 120_000);

  it('a life that crashes in its initialisation, again and again, is counted like any other', async () => {
    const company = new Company();
    const [a] = company.children(company.supervisor('one-for-one', { intensity: 4, periodMs: 60_000, backoffMs: 1000 }), 'a');
    a.plan.push('crash', 'crash', 'crash', 'crash', 'crash');
    a.end();
    await company.clock.advance(DAY_MS);
    expect(company.take()).toBe('!a:restart +a !a:restart +a !a:restart +a !a:restart +a !a:give-up');
    expect(company.gaveUp).toHaveLength(1);
  });
});
