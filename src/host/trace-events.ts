/** What `kernel.trace()` answers, as types. An event is told by the thread that made the step, in the order in which threads saw each other's steps. */
import type { CrashCause, RpcErrorCode } from '../abi/result.js';
import type { OwnershipEvent } from '../shared-heap/ownership/ownership-table.js';

/** One life of a program, the host or the kernel. The same object for the same life throughout a trace. */
export interface TraceDomain {
  /** Of this life alone, for as long as the kernel runs. */
  readonly id: number;
  readonly name: string;
  /** Which life of its program, counted from 1. */
  readonly incarnation: number;
  /** `host`, `kernel`, or name and incarnation, as `store#2`. */
  readonly label: string;
}

/** One call. The same object in all its events. */
export interface TraceCall {
  /** Of this call alone: the record that it had, and which use of that record it was. */
  readonly id: string;
  readonly caller: TraceDomain;
  readonly callee: TraceDomain;
  /** `Interface.method`, or `unnamed` where the event that says so is lost. */
  readonly method: string;
  /** The id of the call that the caller was serving; null where it served none. */
  readonly parent: string | null;
  /** Whether the caller blocked until it had the outcome. */
  readonly waits: boolean;
  /** How many arguments were lent, and how many moved. */
  readonly lent: number;
  readonly moved: number;
}

export interface TraceFault {
  readonly code: RpcErrorCode;
  readonly cause?: CrashCause;
}

export type TraceOwner =
  | { readonly kind: 'nobody' | 'orphan' }
  | { readonly kind: 'domain' | 'freeing'; readonly domain: TraceDomain }
  /** The number of the parent's block. */
  | { readonly kind: 'child'; readonly parent: number }
  /** The number of the call record that carries it. */
  | { readonly kind: 'transit'; readonly record: number };

interface Told {
  /** Counts all events that were begun since boot; those that are lost leave gaps. */
  readonly order: number;
  /** Milliseconds of the kernel's clock, which has no known origin. Never less than that of the event before. */
  readonly timeMs: number;
  /** Whose thread told it. */
  readonly by: TraceDomain;
  /** Bytes that `by` was charged for on the shared heap. Of an ownership event: before it. */
  readonly ownedBytes: number;
  /** Set where the thread was stopped at this very step, and nothing that came after tells whether it was made. */
  readonly inDoubt?: true;
}

/** A call without a fault in it has come through. */
export interface CallEvent extends Told {
  /**
   * sent: the record is in the mailbox. taken: the callee runs it. suspended: its method has answered with a promise. replied, faulted: the callee has ended it. refused: it will never start.
   * abandoned: the caller will not have its reply. orphaned: its caller has died. ended: the callee has let go of an abandoned or orphaned one. outcome: the caller has its result or its
   * error. released: the record is free, where that was not already so with the outcome.
   */
  readonly kind: 'sent' | 'taken' | 'suspended' | 'replied' | 'faulted' | 'refused' | 'abandoned' | 'orphaned' | 'ended' | 'outcome' | 'released';
  readonly call: TraceCall;
  /** Of `faulted`, `refused`, `abandoned`, and of an `outcome` that is an error. */
  readonly fault?: TraceFault;
}

/** A call that was refused before there was a record for it. */
export interface UnsentEvent extends Told {
  readonly kind: 'unsent';
  /** Null where there is nobody to call. */
  readonly callee: TraceDomain | null;
  readonly method: string;
  readonly fault: TraceFault;
}

/** An owner word has changed. */
export interface OwnershipTransition extends Told {
  readonly kind: 'ownership';
  /** As the table of ownership calls it. */
  readonly event: OwnershipEvent;
  readonly block: number;
  /** Which life of the block. */
  readonly generation: number;
  /** The name of its type. */
  readonly type: string;
  readonly from: TraceOwner;
  readonly to: TraceOwner;
}

/** What becomes of a domain's life. Its row in the thread table may have another tenant after `vacated`. */
export type LifeEvent = Told & { readonly kind: 'life'; readonly domain: TraceDomain } & (
    | { readonly stage: 'starting' | 'live' | 'condemned' | 'thread ended' | 'buried' | 'vacated' }
    /** panicked: it says so itself. dead: the kernel has decided or found it. */
    | { readonly stage: 'panicked' | 'dead'; readonly cause: CrashCause }
    | { readonly stage: 'settled'; readonly callers: number }
    | { readonly stage: 'reclaimed'; readonly blocks: number; readonly bytes: number; readonly borrowsDeferred: number }
    | { readonly stage: 'resources released'; readonly resources: number }
  );

export type TraceEvent = CallEvent | UnsentEvent | OwnershipTransition | LifeEvent;
