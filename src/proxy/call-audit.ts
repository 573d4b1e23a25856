/** The call records' part of the audit. Exact while no call is in flight. */
import { load } from '../abi/atomics.js';
import { inTransit, NOBODY, type DomainId } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  RECORDS_PER_MAILBOX,
  recordOfRef,
  recordRef,
  R_ARGS,
  R_ARG_SLOTS,
  R_CALLEE,
  R_LENT,
  R_X_CALLER,
  R_RESULTS,
  R_RESULT_SLOTS,
  R_STATE,
} from '../abi/record-layout.js';
import { LIFE, Life, lifeState, SPINNERS, threadRow } from '../abi/thread-layout.js';
import type { CallSpace } from './call-space.js';

export interface CallFinding {
  readonly invariant: string;
  readonly detail: string;
}

/** Whether the use of a record that a transit word names is under way and lists the block. */
export function recordLists(space: CallSpace, ref: number, block: number): boolean {
  const record = recordOfRef(ref);
  const at = space.at(record);
  const word = load(space.words, at + R_STATE);
  if (callState(word) === CallState.Free || callState(word) === CallState.Ended || recordRef(record, word) !== ref) return false;
  return listed(space, at + R_ARGS, space.words[at + R_ARG_SLOTS], block) || listed(space, at + R_RESULTS, space.words[at + R_RESULT_SLOTS], block);
}

/** Who is charged for a block that a record carries: the caller for an argument, nobody for a result (docs/decisions/0006). */
export function payerOf(space: CallSpace, ref: number, block: number): DomainId | undefined {
  const at = space.at(recordOfRef(ref));
  return listed(space, at + R_ARGS, space.words[at + R_ARG_SLOTS], block) ? load(space.words, at + R_X_CALLER) : undefined;
}

function listed(space: CallSpace, from: number, count: number, block: number): boolean {
  for (let at = from; at < from + count; at++) if (space.words[at] === block) return true;
  return false;
}

/** The invariants of call records, by their stable names. */
export const CALL_INVARIANTS = {
  'no-dead-domain-holds-a-record': 'a record that is held is a live caller’s, or waits for the kernel to release it',
  'no-dead-domain-borrows': 'what a record lends is lent to a live domain',
  'claimed-is-momentary': 'a record that is claimed is sent',
  'what-moves-is-in-transit': 'what a sent or answered record carries is in transit by that record',
  'a-lent-block-lives': 'what a record lends is somebody’s',
  'no-dead-thread-spins': 'a thread that is counted among those that spin is alive',
} as const;

export interface CallAuditContext {
  /** Of a domain id: whether its thread may still act. */
  isAlive(id: DomainId): boolean;
  /** Whether a record waits for the kernel to release it. */
  isHeld(record: number): boolean;
  ownerWord(block: number): number;
}

/** Checks the mailboxes of the given rows, and who is said to spin. */
export function auditCalls(space: CallSpace, rows: readonly number[], context: CallAuditContext): CallFinding[] {
  const findings: CallFinding[] = [];
  const report = (invariant: keyof typeof CALL_INVARIANTS, detail: string): void => void findings.push({ invariant, detail });
  for (const row of rows) {
    const life = load(space.words, threadRow(row) + LIFE);
    const spins = (load(space.words, SPINNERS + (row >>> 5)) & (1 << (row & 31))) !== 0;
    if (spins && lifeState(life) === Life.Vacant) report('no-dead-thread-spins', `row ${row} is vacant and counted among the threads that spin`);
    for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) {
      const record = row * RECORDS_PER_MAILBOX + slot;
      const caller = load(space.words, space.at(record) + R_X_CALLER);
      if (caller !== 0 && !context.isHeld(record)) auditRecord(space, record, caller, context, report);
    }
  }
  return findings;
}

type Report = (invariant: keyof typeof CALL_INVARIANTS, detail: string) => void;

function auditRecord(space: CallSpace, record: number, caller: DomainId, context: CallAuditContext, report: Report): void {
  const at = space.at(record);
  const word = space.state(at);
  const state = callState(word);
  if (!context.isAlive(caller)) return report('no-dead-domain-holds-a-record', `record ${record} is in state ${state}, and its caller ${caller} is dead`);
  if (state === CallState.Claimed || state === CallState.Free)
    return report('claimed-is-momentary', `record ${record} is claimed by ${caller} and was not sent`);
  const isOpen = state === CallState.Sent || state === CallState.Running || state === CallState.Abandoned;
  const callee = space.words[at + R_CALLEE];
  const lent = space.words[at + R_LENT];
  const transit = inTransit(recordRef(record, word));
  for (let slot = 0; slot < space.words[at + R_ARG_SLOTS]; slot++) {
    const block = space.words[at + R_ARGS + slot];
    if (block === 0) continue;
    if ((lent & (1 << slot)) !== 0) {
      if (isOpen && !context.isAlive(callee)) report('no-dead-domain-borrows', `record ${record} lends block ${block} to dead domain ${callee}`);
      if (isOpen && context.ownerWord(block) === NOBODY) report('a-lent-block-lives', `record ${record} lends block ${block}, which is free`);
    } else if (state === CallState.Sent && context.ownerWord(block) !== transit) {
      report('what-moves-is-in-transit', `record ${record} carries block ${block}, whose owner word is ${context.ownerWord(block)}`);
    }
  }
  if (state !== CallState.Replied) return;
  for (let slot = 0; slot < space.words[at + R_RESULT_SLOTS]; slot++) {
    const block = space.words[at + R_RESULTS + slot];
    if (block !== 0 && context.ownerWord(block) !== transit) {
      report('what-moves-is-in-transit', `record ${record} answers with block ${block}, whose owner word is ${context.ownerWord(block)}`);
    }
  }
}
