/**
 * The state machine of a call record, as a table. Each row is one compare-and-swap of the state word; the row's `by` says who may try it, and whoever loses
 * the swap drops what it carried.
 *
 * A record is free again only when both parties have let go. The callee has let go in REPLIED, FAULTED, REFUSED and ENDED, so it is always the caller,
 * or the kernel for a dead caller, who releases.
 */
import { CallState } from '../abi/record-layout.js';

export type Party = 'caller' | 'callee' | 'kernel';

/** What can happen to a record, and through whom. An event that comes too late leaves the record as it is. */
export const CALL_EVENTS = {
  claim: ['caller'],
  send: ['caller'],
  take: ['callee'],
  /** No such method, or no room for what moves. */
  refuse: ['callee'],
  /** Deadline or cancel. */
  'give up': ['caller'],
  /** The kernel marks it dead; a caller that has just sent sees it by itself. */
  'callee dead': ['caller', 'kernel'],
  'wait-for cycle': ['kernel'],
  'time slice over': ['kernel'],
  reply: ['callee'],
  /** A panic, or a result of the wrong type. */
  fault: ['callee'],
  /** Done with a call that nobody waits for; by the kernel when the callee's thread has ended. */
  'let go': ['callee', 'kernel'],
  'take outcome': ['caller'],
  /** Its thread has ended. */
  'caller died': ['kernel'],
} as const satisfies { readonly [event: string]: readonly Party[] };
export type CallEvent = keyof typeof CALL_EVENTS;

export interface Transition {
  readonly from: keyof typeof CallState;
  readonly event: CallEvent;
  readonly by: readonly Party[];
  readonly to: keyof typeof CallState;
  /** What becomes of moved arguments, or of the result where there is one. */
  readonly carries: string;
}

const row = (from: Transition['from'], event: CallEvent, to: Transition['to'], carries: string): Transition => ({
  from,
  event,
  by: CALL_EVENTS[event],
  to,
  carries,
});

export const CALL_TRANSITIONS: readonly Transition[] = [
  row('Free', 'claim', 'Claimed', 'nothing yet'),
  row('Claimed', 'send', 'Sent', 'arguments in transit'),
  row('Claimed', 'caller died', 'Free', 'what was in transit is dropped'),
  row('Sent', 'take', 'Running', "arguments become the callee's"),
  row('Sent', 'refuse', 'Refused', 'arguments go back'),
  row('Sent', 'give up', 'Refused', 'arguments go back'),
  row('Sent', 'callee dead', 'Refused', 'arguments go back'),
  row('Sent', 'wait-for cycle', 'Refused', 'arguments go back'),
  row('Sent', 'caller died', 'Refused', 'arguments are dropped'),
  row('Running', 'reply', 'Replied', 'result in transit'),
  row('Running', 'fault', 'Faulted', 'nothing'),
  row('Running', 'give up', 'Abandoned', 'borrows go on'),
  row('Running', 'time slice over', 'Abandoned', 'borrows go on'),
  { ...row('Running', 'callee dead', 'Abandoned', 'borrows go on'), by: ['kernel'] },
  row('Running', 'caller died', 'Orphaned', 'borrows go on'),
  row('Abandoned', 'caller died', 'Orphaned', 'borrows go on'),
  row('Abandoned', 'let go', 'Ended', 'result dropped, borrows end'),
  row('Orphaned', 'let go', 'Ended', 'result dropped, borrows end'),
  row('Replied', 'take outcome', 'Free', "result is the caller's"),
  row('Replied', 'caller died', 'Free', 'result is dropped'),
  row('Faulted', 'take outcome', 'Free', 'nothing'),
  row('Faulted', 'caller died', 'Free', 'nothing'),
  row('Refused', 'take outcome', 'Free', "arguments are the caller's again"),
  row('Refused', 'caller died', 'Free', 'arguments are dropped'),
  row('Ended', 'take outcome', 'Free', 'nothing'),
  row('Ended', 'caller died', 'Free', 'nothing'),
];

/** For each pair of states, whether some row leads from the one to the other. */
const ALLOWED = new Uint8Array(256);
for (const { from, to } of CALL_TRANSITIONS) ALLOWED[(CallState[from] << 4) | CallState[to]] = 1;

/** Whether the table has a row from one state to another. */
export function isTransition(from: number, to: number): boolean {
  return ALLOWED[(from << 4) | to] === 1;
}
