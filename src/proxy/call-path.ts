/** The calls that led into a thread, as the records of the chain say, before anybody is settled. */
import { load } from '../abi/atomics.js';
import { indexOf, type DomainId } from '../abi/domain-id.js';
import { CallState, callState, R_CALLEE, R_METHOD, R_PARENT, R_PARENT_TAG, R_X_CALLER } from '../abi/record-layout.js';
import { SERVING, threadRow } from '../abi/thread-layout.js';
import type { CallSpace } from './call-space.js';

/** One call of a path, in numbers. */
export interface PathStep {
  readonly caller: DomainId;
  readonly callee: DomainId;
  /** Export << 16 | method. */
  readonly method: number;
}

/** What an epitaph has room for. */
const MOST_STEPS = 16;

/** From the call that the thread serves outwards; empty where it serves none. */
export function callPath(space: CallSpace, domain: DomainId): PathStep[] {
  const path: PathStep[] = [];
  const { words } = space;
  let record = load(words, threadRow(indexOf(domain)) + SERVING) - 1;
  for (let tag = -1; record >= 0 && path.length < MOST_STEPS; ) {
    const at = space.at(record);
    const word = space.state(at);
    // A parent that has ended may be in another use by now.
    if ((tag >= 0 && word >>> 4 !== tag) || callState(word) === CallState.Free || callState(word) === CallState.Claimed) break;
    path.push({ caller: words[at + R_X_CALLER], callee: words[at + R_CALLEE], method: words[at + R_METHOD] });
    tag = words[at + R_PARENT_TAG];
    record = words[at + R_PARENT] - 1;
  }
  return path;
}
