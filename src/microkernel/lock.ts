/**
 * A lock, and who is to have it. All of it is the kernel's private memory; what other threads can change is the record of the call that asked for it, and that record's step from RUNNING to
 * REPLIED is the moment in which the lock becomes the caller's.
 *
 *   free  --grant-->  granted  --the reply was sent-->  held  --release, or the holder's burial-->  granted to the next, or free
 *                        |
 *                        +--the reply was lost (deadline, cancel, death)-->  granted to the next, or free
 *
 *   holder, when it dies            the next one is told
 *   granted, the reply not sent     nothing: the reply is lost, it never had the lock
 *   replied, the answer not taken   nothing new: no line of its code has run since, so what the lock guards is as it was
 *   held                            that the lock is poisoned, once, by the first reply that is sent
 *
 * Nobody waits for a lock that is free. Those who wait are served in the order in which they came.
 */
import type { DomainId } from '../abi/domain-id.js';
import { nowMs } from '../abi/clock.js';
import { err, ok, type Result } from '../abi/result.js';
import type { AcquiredValue, HolderValue, LockError, LockImpl } from '../interfaces/generated/lock.js';
import type { Holding, Resources } from './resources.js';
import type { ServedCall } from './served-call.js';

type Outcome = Result<AcquiredValue, LockError>;

/** What a lock needs of the kernel. */
export interface LockKeeper {
  readonly resources: Resources;
  current(): ServedCall;
  holder(domain: DomainId): HolderValue;
  /** Counts one more who waits, for this lock or another. Throws ResourceExhausted where too many do. The answer counts it out again. */
  queue(caller: DomainId): () => void;
}

interface Grant {
  readonly call: ServedCall;
  readonly holder: HolderValue;
  readonly holding: Holding;
  /** Whether the reply was sent. Until then the lock cannot be released: nobody knows that it is held. */
  isSent: boolean;
  /** Whether the reply says that the lock is poisoned. */
  readonly saysPoisoned: boolean;
}

interface Waiter {
  readonly call: ServedCall;
  readonly until: number;
  /** Ends the wait: it is on no list any more. */
  readonly leave: () => void;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

export class KernelLock implements LockImpl {
  readonly #label: string;
  readonly #keeper: LockKeeper;
  #grant: Grant | null = null;
  #isPoisoned = false;
  #lastDeath: HolderValue | null = null;
  readonly #waiters = new Set<Waiter>();

  constructor(name: string, keeper: LockKeeper) {
    this.#label = `lock '${name}'`;
    this.#keeper = keeper;
  }

  acquire(timeoutMs: number): Outcome | Promise<Outcome> {
    const call = this.#keeper.current();
    if (this.#grant === null) return this.#give(call);
    if (this.#grant.call.caller === call.caller) return err('AlreadyHeld');
    if (timeoutMs === 0) return err('Busy');
    return this.#wait(call, nowMs() + timeoutMs);
  }

  tryAcquire(): Outcome | Promise<Outcome> {
    return this.acquire(0);
  }

  release(): Result<void, LockError> {
    const { caller } = this.#keeper.current();
    if (this.#grant?.call.caller !== caller || !this.#grant.isSent) return err('NotOwner');
    this.#grant.holding.drop();
    this.#passOn();
    return ok();
  }

  lastDeath(): HolderValue | null {
    return this.#lastDeath;
  }

  /** Throws ResourceExhausted where the caller may not hold more; the lock is free then. */
  #give(call: ServedCall): Outcome {
    const { resources, holder } = this.#keeper;
    const holding = resources.hold(call.caller, { kind: 'lock', label: this.#label, examine: () => this.#examine(grant), release: () => this.#bury(grant) });
    const grant: Grant = {
      call,
      holder: holder(call.caller),
      holding,
      isSent: false,
      saysPoisoned: this.#isPoisoned,
    };
    this.#grant = grant;
    call.onEnd((replied) => this.#replied(grant, replied));
    return ok({ poisoned: this.#isPoisoned });
  }

  #replied(grant: Grant, replied: boolean): void {
    if (this.#grant !== grant) return;
    if (replied) {
      grant.isSent = true;
      if (grant.saysPoisoned) this.#isPoisoned = false;
      return;
    }
    grant.holding.drop();
    this.#passOn();
  }

  /** The holder's thread has ended, and its records are still as it left them. */
  #examine(grant: Grant): void {
    if (!grant.isSent || !grant.call.isUntaken) return;
    // It was told what it never heard.
    grant.isSent = false;
    this.#isPoisoned ||= grant.saysPoisoned;
  }

  #bury(grant: Grant): void {
    if (this.#grant !== grant) return;
    if (grant.isSent) {
      this.#isPoisoned = true;
      this.#lastDeath = grant.holder;
    }
    this.#passOn();
  }

  /** Gives the lock to the first who still waits for it. */
  #passOn(): void {
    this.#grant = null;
    for (const waiter of this.#waiters) {
      waiter.leave();
      try {
        // Who has gone cannot be told anything: the answer only ends the call.
        waiter.resolve(waiter.call.isAwaited ? this.#give(waiter.call) : err('Busy'));
      } catch (error) {
        waiter.reject(error);
      }
      if (this.#grant !== null) return;
    }
  }

  #wait(call: ServedCall, until: number): Promise<Outcome> {
    const { resources, queue } = this.#keeper;
    return new Promise((resolve, reject) => {
      const unqueue = queue(call.caller);
      const leave = (): void => {
        if (!this.#waiters.delete(waiter)) return;
        unqueue();
        holding.drop();
      };
      const waiter: Waiter = { call, until, leave, resolve, reject };
      const holding = this.#hold(resources, waiter, unqueue);
      this.#waiters.add(waiter);
    });
  }

  #hold(resources: Resources, waiter: Waiter, unqueue: () => void): Holding {
    try {
      return resources.hold(waiter.call.caller, { kind: 'wait', label: `waiting for ${this.#label}`, release: () => this.#end(waiter, 'Busy') });
    } catch (error) {
      unqueue();
      throw error;
    }
  }

  #end(waiter: Waiter, why: LockError): void {
    waiter.leave();
    waiter.resolve(err(why));
  }

  /** Ends the waits whose time is up, and those of callers that have given up: their records are wanted back. */
  look(now: number): void {
    for (const waiter of this.#waiters) if (now >= waiter.until || !waiter.call.isAwaited) this.#end(waiter, 'Busy');
  }

  /** Who has the lock for which the call in this record waits. */
  awaitedIn(record: number): DomainId | undefined {
    return this.#find(record) === undefined ? undefined : this.#grant?.call.caller;
  }

  /** Ends the wait in this record because it cannot come to an end. */
  deadlock(record: number): void {
    const waiter = this.#find(record);
    if (waiter !== undefined) this.#end(waiter, 'Deadlock');
  }

  #find(record: number): Waiter | undefined {
    for (const waiter of this.#waiters) if (waiter.call.record === record) return waiter;
    return undefined;
  }
}
