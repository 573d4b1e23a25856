/** A program: what was loaded, through all its lives. */
import type { DomainId } from '../abi/domain-id.js';
import type { LoadFailure, ProvidedInterface } from '../abi/control-protocol.js';
import type { CallPath } from '../abi/epitaph.js';
import type { LoadRequest } from '../abi/kernel-protocol.js';
import type { Limits } from '../abi/limits.js';
import type { CrashCause } from '../abi/result.js';
import { ByteBudget } from '../abi/byte-budget.js';
import { CpuAccount } from './cpu-account.js';
import type { DomainThread } from './domain-thread.js';
import type { StopTimes } from './escalation.js';
import type { Child } from './supervision/child.js';
import type { Supervisor } from './supervision/supervisor.js';
import { PastLives } from './totals.js';

/** One life of a program. */
export interface Life {
  readonly program: Program;
  readonly id: DomainId;
  /** Which of the program's lives. */
  readonly incarnation: number;
  readonly thread: DomainThread;
  isStarting: boolean;
  /** Its thread has ended because the kernel ended it, and its calls wait for who takes over. */
  isHandingOver: boolean;
  /** Set when the kernel has decided, or found, that it is dead. */
  deadSince: number | null;
  cause: CrashCause | null;
  settled: number;
  settledAfterMs: number;
  lastWords: string;
  /** The call that it was serving when it died, and through which calls that came. */
  chain: readonly CallPath[];
  provides: { readonly [name: string]: ProvidedInterface };
  /** Why the kernel ended it, where its cause alone would mislead. */
  endedBecause: string;
  readonly logBudget: ByteBudget;
  readonly stops: StopTimes;
  /** Settled when `deadSince` is set: from here on its thread answers nothing. */
  readonly dead: Promise<void>;
  readonly noteDead: () => void;
  readonly buried: Promise<void>;
  readonly markBuried: () => void;
  /** Settled when its thread has not stopped in time; see `buried` for what comes after all. */
  readonly condemned: Promise<void>;
  readonly noteCondemned: () => void;
}

export class Program {
  readonly number: number;
  readonly binding: number;
  /** As it was loaded, with the leaf of its present version. */
  request: LoadRequest;
  /** A new version is about to take over. */
  isUpgrading = false;
  /** Whom it stands under, and as what: set right behind its making, and for good. */
  supervisor!: Supervisor;
  child!: Child;
  limits: Limits;
  life: Life | null = null;
  incarnation: number;
  restarts = 0;
  restarting = false;
  /** Its supervisor has ended it, until it starts it again. */
  isStopped = false;
  /** What was granted is no longer held for lives to come. */
  isUngranted = false;
  /** It was unloaded: no restart, whatever the policy. */
  ended = false;
  readonly past = new PastLives();
  /** When the first life of a row of them died that had no successor yet; null while one lives. */
  downSince: number | null = null;
  /** What its first life provides, and every other must; null before. */
  provides: Life['provides'] | null = null;
  /** What its dead lives left lent to the living: it counts against `sharedHeapBytes` until the last borrow has ended. */
  orphanedGranules = 0;
  readonly cpu = new CpuAccount();
  readonly crashes = new Map<CrashCause, number>();

  constructor(number: number, binding: number, request: LoadRequest) {
    this.number = number;
    this.binding = binding;
    this.request = request;
    this.limits = request.limits;
    this.incarnation = request.livesBefore ?? 0;
  }

  get name(): string {
    return this.request.name;
  }

  /** Whether another life may follow the present one, as far as can be told before the supervisor has decided. */
  get mayBeginAnew(): boolean {
    return !this.ended && this.provides !== null && this.request.restart.when !== 'never' && !this.supervisor.isOver;
  }
}

/** The failure of a life that does not. */
export const CHANGED: LoadFailure = { code: 'DomainCrashed', message: 'this life does not provide what the first one did', stack: '' };

/** Whether a life provides what the first one did: under the same names and numbers, with the same fingerprints. */
export function providesTheSame(first: Life['provides'] | null, now: Life['provides']): boolean {
  if (first === null) return true;
  const names = Object.keys(now);
  return (
    names.length === Object.keys(first).length &&
    names.every((name) => Object.hasOwn(first, name) && first[name].interfaceId === now[name].interfaceId && first[name].exported === now[name].exported)
  );
}

export function newLife(program: Program, id: DomainId, thread: DomainThread): Life {
  let noteDead = (): void => {};
  const dead = new Promise<void>((resolve) => {
    noteDead = resolve;
  });
  let noteCondemned = (): void => {};
  const condemned = new Promise<void>((resolve) => {
    noteCondemned = resolve;
  });
  let markBuried = (): void => {};
  const buried = new Promise<void>((resolve) => {
    markBuried = resolve;
  });
  return {
    program,
    id,
    incarnation: program.incarnation,
    thread,
    isStarting: true,
    isHandingOver: false,
    deadSince: null,
    cause: null,
    settled: 0,
    settledAfterMs: 0,
    lastWords: '',
    chain: [],
    provides: {},
    endedBecause: '',
    stops: { flaggedAt: null, terminatedAt: null, condemnedAt: null },
    logBudget: new ByteBudget(program.limits.logBytesPerSecond),
    dead,
    noteDead,
    buried,
    markBuried,
    condemned,
    noteCondemned,
  };
}
