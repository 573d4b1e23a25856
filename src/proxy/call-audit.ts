/** The call records' part of the audit. Exact while no call is in flight. */
import { load } from '../abi/atomics.js';
import type { DomainId } from '../abi/domain-id.js';
import {
  CallState,
  callState,
  RECORDS_PER_MAILBOX,
  recordOfRef,
  recordRef,
  R_ARGS,
  R_ARG_SLOTS,
  R_X_CALLER,
  R_RESULTS,
  R_RESULT_SLOTS,
  R_STATE,
} from '../abi/record-layout.js';
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

function listed(space: CallSpace, from: number, count: number, block: number): boolean {
  for (let at = from; at < from + count; at++) if (space.words[at] === block) return true;
  return false;
}

/** Checks the mailboxes of the given rows. `isAlive` tells of a caller whether its thread may still act. */
export function auditCalls(space: CallSpace, rows: readonly number[], isAlive: (id: DomainId) => boolean, isHeld: (record: number) => boolean): CallFinding[] {
  const findings: CallFinding[] = [];
  for (const row of rows) {
    for (let slot = 0; slot < RECORDS_PER_MAILBOX; slot++) {
      const record = row * RECORDS_PER_MAILBOX + slot;
      const at = space.at(record);
      const state = callState(space.state(at));
      const caller = load(space.words, at + R_X_CALLER);
      if (caller === 0 || isHeld(record)) continue;
      if (!isAlive(caller))
        findings.push({ invariant: 'no-dead-domain-holds-a-record', detail: `record ${record} is in state ${state}, and its caller ${caller} is dead` });
      else if (state === CallState.Claimed || state === CallState.Free)
        findings.push({ invariant: 'claimed-is-momentary', detail: `record ${record} is claimed by ${caller} and was not sent` });
    }
  }
  return findings;
}
