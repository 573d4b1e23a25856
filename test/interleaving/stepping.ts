/**
 * A seam with a scheduler in it: the production code unchanged, its steps on shared words counted, and a thread stopped before any one of them. What is stopped stays stopped: whatever
 * handler the exception passes, no further step of that thread takes place, as after terminate().
 */
import type * as Atomics from '../../dist/abi/atomics.js';

export class Killed extends Error {}

type Seam = typeof Atomics;

interface Plan {
  /** The step before which the actor is stopped; -1 for never. */
  at: number;
  /** As `terminate()`, or as a stack overflow: an exception that the actor's own code may see. */
  by: 'kill' | 'overflow';
}

let plan: Plan = { at: -1, by: 'kill' };
let acting = false;
let steps = 0;
let dead = false;

function step(): void {
  if (!acting) return;
  if (dead) throw new Killed('a dead thread takes no step');
  if (steps++ !== plan.at) return;
  if (plan.by === 'overflow') throw new RangeError('Maximum call stack size exceeded');
  dead = true;
  throw new Killed(`stopped before step ${plan.at}`);
}

export function stepping(seam: Seam): Seam {
  const wrapped: { [name: string]: unknown } = { ...seam };
  for (const name of ['load', 'store', 'swapIf', 'exchange', 'add', 'setBits', 'clearBits', 'notify'] as const) {
    const original = seam[name] as (...args: unknown[]) => unknown;
    wrapped[name] = (...args: unknown[]) => {
      step();
      return original(...args);
    };
  }
  return wrapped as unknown as Seam;
}

/** Runs `work` as the actor. Answers how many steps it took, and whether it was stopped. */
export function actAs(work: () => void, at = -1, by: Plan['by'] = 'kill'): { steps: number; stopped: boolean } {
  plan = { at, by };
  acting = true;
  steps = 0;
  dead = false;
  try {
    work();
    return { steps, stopped: false };
  } catch (error) {
    if (!(error instanceof Killed) && !(error instanceof RangeError) && !isPanic(error)) throw error;
    return { steps, stopped: true };
  } finally {
    acting = false;
  }
}

/** Runs another thread's part in the middle of the actor's: its steps are not counted, and nothing stops it. */
export function asAnother(work: () => void): void {
  const before = acting;
  if (dead) return;
  acting = false;
  try {
    work();
  } finally {
    acting = before;
  }
}

function isPanic(error: unknown): boolean {
  return error instanceof Error && error.name === 'Panic';
}
