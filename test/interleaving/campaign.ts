/** A campaign: one pair of transitions in every order, and then with every kill and every stack overflow in it, in combination with every order of what comes before. */
import { Exploration, type Explored, type Failure, type Limits } from './exploration.js';
import type { Spec, Stage, Stop } from './stage.js';
import * as b from './support/board.mjs';

export interface Budget {
  /** Executions for the orders of the pair alone, and for all its kills and overflows together. */
  readonly orders: number;
  readonly stops: number;
  /** Chooses the stops that are tried where not all can be. */
  readonly seed: number;
  readonly until: number;
}

export interface Tally {
  readonly spec: Spec;
  readonly orders: Explored;
  /** Executions with a kill, and with an overflow; how many stops there are, and how many were tried. */
  kills: number;
  overflows: number;
  stops: number;
  stopsTried: number;
  stopsComplete: number;
  failure: Failure | null;
}

/** The actors of a pair, in the order in which the exploration numbers them. */
export function actorsOf(spec: Spec): readonly [number, number] {
  return spec.first === 'reclaim' ? [b.A, b.KERNEL] : [b.A, b.B];
}

export function explore(stage: Stage, spec: Spec, limits: Limits, stop?: Stop): Explored {
  return new Exploration({ trace: stage.trace, play: (order) => stage.play(spec, order) }, actorsOf(spec), stop).run(limits);
}

export function campaign(stage: Stage, spec: Spec, budget: Budget): Tally {
  const orders = explore(stage, spec, { executions: budget.orders, until: budget.until });
  const tally: Tally = { spec, orders, kills: 0, overflows: 0, stops: 0, stopsTried: 0, stopsComplete: 0, failure: orders.failure };
  if (tally.failure !== null) return tally;
  const stops = allStops(spec, orders);
  tally.stops = stops.length;
  let left = budget.stops;
  for (const stop of shuffled(stops, budget.seed)) {
    if (left <= 0 || performance.now() >= budget.until) break;
    const share = Math.max(Math.ceil(left / (stops.length - tally.stopsTried)), 20);
    const explored = explore(stage, spec, { executions: share, until: budget.until }, stop);
    const spent = explored.executions + explored.pruned;
    left -= spent;
    tally.stopsTried++;
    if (explored.complete) tally.stopsComplete++;
    if (stop.by === 'kill') tally.kills += explored.executions;
    else tally.overflows += explored.executions;
    tally.failure = explored.failure;
    if (tally.failure !== null) break;
  }
  return tally;
}

/** Before every write of either domain a kill, before every atomic operation an overflow. The kernel's thread never dies alone. */
function allStops(spec: Spec, { writes, seams }: Explored): Stop[] {
  const stops: Stop[] = [];
  for (const actor of actorsOf(spec)) {
    if (actor === b.KERNEL) continue;
    for (let at = 0; at < writes[actor]; at++) stops.push({ actor, at, by: 'kill' });
    for (let at = 0; at < seams[actor]; at++) stops.push({ actor, at, by: 'overflow' });
  }
  return stops;
}

/** The same numbers in another order, the same one for the same seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  let state = seed | 1;
  for (let at = result.length - 1; at > 0; at--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (at + 1);
    [result[at], result[other]] = [result[other], result[at]];
  }
  return result;
}
