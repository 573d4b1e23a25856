/**
 * What a supervisor decides when a child of its has ended: one row for each case, no more and no less. Nothing here does anything.
 *
 * The supervisor's side of it is in one of four states: `running`; `starting`, where its own parent starts it and its children one by one; `stopping`, where the child is to be stopped anyway, because the whole supervisor or
 * the child's group is; `over`, where nobody is started any more.
 */
import type { RestartType, Strategy } from '../../abi/supervision.js';

/** `exit`: it ended its life by itself, as it may. `refused`: a life could not begin, for want of a thread or of a row. */
export type End = 'crash' | 'exit' | 'refused';
export type Standing = 'running' | 'starting' | 'stopping' | 'over';
/** `leave`: it stays dead, and nobody else is touched. `count`: one more restart, or one too many. `expected`: what is under way goes on, and nothing is counted. `escalate`: the supervisor's own start has failed. */
export type Verdict = 'leave' | 'count' | 'expected' | 'escalate';

export interface DecisionRow {
  readonly standing: Standing;
  readonly ends: readonly End[];
  readonly when: readonly RestartType[];
  readonly verdict: Verdict;
}

const ANY: readonly End[] = ['crash', 'exit', 'refused'];
const BAD: readonly End[] = ['crash', 'refused'];
const WHENEVER: readonly RestartType[] = ['never', 'on-crash', 'always'];

export const DECISIONS: readonly DecisionRow[] = [
  { standing: 'running', ends: ANY, when: ['never'], verdict: 'leave' },
  { standing: 'running', ends: BAD, when: ['on-crash', 'always'], verdict: 'count' },
  { standing: 'running', ends: ['exit'], when: ['on-crash'], verdict: 'leave' },
  { standing: 'running', ends: ['exit'], when: ['always'], verdict: 'count' },
  { standing: 'starting', ends: ANY, when: ['never'], verdict: 'leave' },
  { standing: 'starting', ends: BAD, when: ['on-crash', 'always'], verdict: 'escalate' },
  { standing: 'starting', ends: ['exit'], when: ['on-crash'], verdict: 'leave' },
  { standing: 'starting', ends: ['exit'], when: ['always'], verdict: 'escalate' },
  { standing: 'stopping', ends: ANY, when: WHENEVER, verdict: 'expected' },
  { standing: 'over', ends: ANY, when: WHENEVER, verdict: 'leave' },
];

export function decide(standing: Standing, end: End, when: RestartType): Verdict {
  const row = DECISIONS.find((each) => each.standing === standing && each.ends.includes(end) && each.when.includes(when));
  // The table is complete; what it did not say would fail closed.
  return row?.verdict ?? 'leave';
}

/** Whom the restart of one child takes along, itself included, in the order of start. */
export function takenAlong<Child>(strategy: Strategy, children: readonly Child[], child: Child): readonly Child[] {
  const at = children.indexOf(child);
  if (at < 0) return [];
  if (strategy === 'one-for-one') return [child];
  return strategy === 'one-for-all' ? [...children] : children.slice(at);
}
