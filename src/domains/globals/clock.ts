/** Time, where it was granted: `Date` with a present, and `performance.now`. Coarse, or not of this world at all. */
import { nowMs } from '../../abi/clock.js';
import type { ClockGrant } from '../../abi/powers.js';
import { setPresent } from '../date.js';
import { Allowance } from './allowance.js';

/** The time of day and the time since the domain was loaded, each as a reading. */
interface Reading {
  dayMs(): number;
  sinceStartMs(): number;
}

function fixedClock(fixed: number, stepMs: number): Reading {
  let readings = 0;
  return {
    dayMs: () => fixed + stepMs * readings++,
    sinceStartMs: () => stepMs * readings++,
  };
}

function coarseClock(resolutionMs: number, readsPerSecond: number): Reading {
  const reads = new Allowance('clock', readsPerSecond);
  const { now } = Date;
  const start = nowMs();
  const coarse = (ms: number): number => {
    reads.take(1);
    return Math.floor(ms / resolutionMs) * resolutionMs;
  };
  return { dayMs: () => coarse(now()), sinceStartMs: () => coarse(nowMs() - start) };
}

export function clockGlobals(grant: ClockGrant): { readonly [name: string]: unknown } {
  const clock = 'fixed' in grant ? fixedClock(grant.fixed, grant.stepMs) : coarseClock(grant.resolutionMs, grant.readsPerSecond);
  setPresent(() => clock.dayMs());
  return { performance: { now: () => clock.sinceStartMs() } };
}
