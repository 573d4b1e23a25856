/** One outgoing call, as its caller keeps it until the record is released. Private to the caller's thread. */
import type { DomainId } from '../abi/domain-id.js';
import type { RpcResult } from '../abi/result.js';
import type { RRefHandle } from '../shared-heap/handles/handle.js';
import type { MethodRuntime } from './method-runtime.js';
import type { Hold } from './references.js';

/** Where calls go. */
export interface CallTarget {
  /** The name of the domain, for messages. */
  readonly label: string;
  readonly exported: number;
  /** What the call goes through, where that is held: it must be held still when the call is sent. */
  readonly hold?: Hold | null;
  /** The binding that names the domain, where the target follows a program through its lives. */
  readonly binding: number | null;
  /** The domain that answers now; 0 while there is none. */
  resolve(): DomainId;
}

const nothing = (): void => {};

export class PendingCall {
  readonly record: number;
  readonly at: number;
  /** The record's state word as it was claimed: its tag says which use this is. */
  readonly word: number;
  readonly target: CallTarget;
  readonly callee: DomainId;
  readonly method: MethodRuntime;
  readonly moved: readonly RRefHandle[];
  readonly lent: readonly RRefHandle[];
  /** What moved, as charged to the caller until the outcome is known. */
  readonly granules: number;
  /** Milliseconds of the common clock; 0 for none. */
  readonly deadline: number;
  /** Why the caller itself gave the call up. */
  gaveUp: 'TimedOut' | 'Cancelled' | 'Deadlock' | null = null;
  /** Of an asynchronous call: what settles its promise, and what ends the watch of its signal. */
  resolve: (result: RpcResult<unknown>) => void = nothing;
  reject: (error: unknown) => void = nothing;
  forgetSignal: (() => void) | null = null;

  constructor(
    record: number,
    at: number,
    word: number,
    target: CallTarget,
    callee: DomainId,
    method: MethodRuntime,
    moved: readonly RRefHandle[],
    lent: readonly RRefHandle[],
    granules: number,
    deadline: number,
  ) {
    this.record = record;
    this.at = at;
    this.word = word;
    this.target = target;
    this.callee = callee;
    this.method = method;
    this.moved = moved;
    this.lent = lent;
    this.granules = granules;
    this.deadline = deadline;
  }
}
