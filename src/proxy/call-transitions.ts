/**
 * The state machine of a call record, as a table. Each row is one compare-and-swap of the state word; the row's `by` says who may try it, and whoever loses
 * the swap drops what it carried.
 *
 * A record is free again only when both parties have let go. The callee has let go in REPLIED, FAULTED, REFUSED and ENDED, so it is always the caller,
 * or the kernel for a dead caller, who releases.
 */
import { CallState } from '../abi/record-layout.js';

export type Party = 'caller' | 'callee' | 'kernel';

export interface Transition {
  readonly from: keyof typeof CallState;
  readonly event: string;
  readonly by: readonly Party[];
  readonly to: keyof typeof CallState;
  /** What becomes of moved arguments, or of the result where there is one. */
  readonly carries: string;
}

export const CALL_TRANSITIONS: readonly Transition[] = [
  { from: 'Free', event: 'claim', by: ['caller'], to: 'Claimed', carries: 'nothing yet' },
  { from: 'Claimed', event: 'send', by: ['caller'], to: 'Sent', carries: 'arguments in transit' },
  { from: 'Claimed', event: 'caller died', by: ['kernel'], to: 'Free', carries: 'what was in transit is dropped' },
  { from: 'Sent', event: 'take', by: ['callee'], to: 'Running', carries: "arguments become the callee's" },
  { from: 'Sent', event: 'deadline or cancel', by: ['caller'], to: 'Refused', carries: 'arguments go back' },
  { from: 'Sent', event: 'callee dead', by: ['caller', 'kernel'], to: 'Refused', carries: 'arguments go back' },
  { from: 'Sent', event: 'callee over quota', by: ['callee'], to: 'Refused', carries: 'arguments go back' },
  { from: 'Sent', event: 'wait-for cycle', by: ['kernel'], to: 'Refused', carries: 'arguments go back' },
  { from: 'Sent', event: 'caller died', by: ['kernel'], to: 'Refused', carries: 'arguments are dropped' },
  { from: 'Running', event: 'reply', by: ['callee'], to: 'Replied', carries: 'result in transit' },
  { from: 'Running', event: 'panic or wrong result', by: ['callee'], to: 'Faulted', carries: 'nothing' },
  { from: 'Running', event: 'deadline, cancel', by: ['caller'], to: 'Abandoned', carries: 'borrows go on' },
  { from: 'Running', event: 'time slice over, callee dead', by: ['kernel'], to: 'Abandoned', carries: 'borrows go on' },
  { from: 'Running', event: 'caller died', by: ['kernel'], to: 'Orphaned', carries: 'borrows go on' },
  { from: 'Abandoned', event: 'caller died', by: ['kernel'], to: 'Orphaned', carries: 'borrows go on' },
  { from: 'Abandoned', event: 'callee done or ended', by: ['callee', 'kernel'], to: 'Ended', carries: 'result dropped, borrows end' },
  { from: 'Orphaned', event: 'callee done or ended', by: ['callee', 'kernel'], to: 'Ended', carries: 'result dropped, borrows end' },
  { from: 'Replied', event: 'take outcome', by: ['caller', 'kernel'], to: 'Free', carries: "result is the caller's, or dropped for a dead one" },
  { from: 'Faulted', event: 'take outcome', by: ['caller', 'kernel'], to: 'Free', carries: 'nothing' },
  { from: 'Refused', event: 'take outcome', by: ['caller', 'kernel'], to: 'Free', carries: "arguments are the caller's again, or dropped for a dead one" },
  { from: 'Ended', event: 'release', by: ['caller', 'kernel'], to: 'Free', carries: 'nothing' },
];

/** For each pair of states, whether some row leads from the one to the other. */
const ALLOWED = new Uint8Array(256);
for (const { from, to } of CALL_TRANSITIONS) ALLOWED[(CallState[from] << 4) | CallState[to]] = 1;

/** Whether the table has a row from one state to another. */
export function isTransition(from: number, to: number): boolean {
  return ALLOWED[(from << 4) | to] === 1;
}
