/** One outgoing call, as its caller keeps it until the record is released. Private to the caller's thread. */
import { heirOf, lifeOf, type Line } from '../abi/binding.js';
import type { DomainId } from '../abi/domain-id.js';
import type { RpcResult } from '../abi/result.js';
import type { RRefHandle } from '../shared-heap/handles/handle.js';
import type { MethodRuntime } from './method-runtime.js';
import type { StagedReference } from '../shared-heap/types/staging.js';
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
  /** The life that it leads to, where it leads to one life of a program and whoever takes over from that. */
  readonly line?: Line | null;
  /** The domain that answers now; 0 while there is none. */
  resolve(): DomainId;
}

/** A target that leads to whatever life a binding names, to one life and whoever takes over from it, or to a provider with one life. */
export function targetOf(words: Int32Array, label: string, exported: number, binding: number | null, line: Line | null, provider: DomainId): CallTarget {
  let resolve = (): DomainId => provider;
  if (binding !== null) resolve = () => lifeOf(words, binding);
  else if (line !== null) resolve = () => heirOf(words, line.binding, line.incarnation) || provider;
  return { label, exported, binding, line, resolve };
}

/** What a caller is told whose target leads to nobody any more, beyond that. A target that follows its program may lead to somebody again. */
export function whyDead({ binding, line, hold }: CallTarget): string | undefined {
  if (binding !== null) return undefined;
  if (line) return 'it leads to one life, which has ended: take another when the program lives again, or have that loaded with restart: { rebind: true }';
  return hold ? 'it leads to one life of its provider, which has ended by a death or an upgrade: ask to be passed it again' : undefined;
}

const nothing = (): void => {};

export class PendingCall {
  /** Until the call is carried over to another callee. */
  record: number;
  at: number;
  /** The record's state word as it was claimed: its tag says which use this is. */
  word: number;
  readonly target: CallTarget;
  callee: DomainId;
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
  /** What it carries of interface references. */
  references: readonly StagedReference[] = [];

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

  /** The call is under way in another record. */
  moveTo(record: number, at: number, word: number, callee: DomainId): void {
    this.record = record;
    this.at = at;
    this.word = word;
    this.callee = callee;
  }
}
