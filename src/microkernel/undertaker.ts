/**
 * What happens when a domain dies, in this order: marked dead; callers settled; thread ended; memory and records back; what the kernel held for it; providers told; epitaph. Settling hands out the error only: whatever the dead thread
 * could still touch waits for the thread's end.
 */
import { load } from '../abi/atomics.js';
import { endBinding } from '../abi/binding.js';
import { nowMs } from '../abi/clock.js';
import { causeNumber, causeOf } from '../abi/codes.js';
import { incarnationOf, indexOf } from '../abi/domain-id.js';
import type { CallPath, Epitaph } from '../abi/epitaph.js';
import type { CrashCause } from '../abi/result.js';
import { bindingWord, CAUSE, Life as LifeState, Order, threadRow } from '../abi/thread-layout.js';
import { TraceKind } from '../abi/trace-layout.js';
import { callPath, type PathStep } from '../proxy/call-path.js';
import type { CallSpace } from '../proxy/call-space.js';
import type { OrphanedCall, Settlement } from '../proxy/settlement.js';
import { readLastWords } from '../proxy/last-words.js';
import type { Ownership } from '../shared-heap/ownership/ownership.js';
import type { Reclaimed, Reclaimer } from '../shared-heap/reclaimer.js';
import type { TypeTable } from '../shared-heap/types/type-table.js';
import type { DomainTable } from './domain-table.js';
import type { ThreadEnd } from './domain-thread.js';
import { Escalations } from './escalation.js';
import type { Media } from './media.js';
import type { Orphans } from './orphans.js';
import type { Life, Program } from './program.js';
import type { References } from './references.js';
import { Resources } from './resources.js';

/** How long a thread may take to stop before it is reported as condemned. */
export const TERMINATION_PATIENCE_MS = 3000;

export class Undertaker {
  /** Lives whose records some live caller has not released yet; their rows wait. */
  readonly #rows = new Set<Life>();
  readonly escalations = new Escalations();
  onCondemned: (life: Life) => void = () => {};
  /** Who keeps the sets of holders: reads what the dead one had logged, and takes from it what it held. Set by whoever keeps them. */
  references: Pick<References, 'drain' | 'bury'> = { drain() {}, bury() {} };
  /** Who keeps what outlives lives. Set by whoever has it. */
  media: Pick<Media, 'keep' | 'holds' | 'lend'> = { keep: () => [], holds: () => false, lend: () => () => {} };
  /** A path of calls by name. Set by whoever knows the names of all. */
  named: (path: readonly PathStep[]) => readonly CallPath[] = () => [];

  constructor(
    readonly space: CallSpace,
    readonly table: DomainTable,
    readonly settlement: Settlement,
    readonly reclaimer: Reclaimer,
    readonly orphans: Orphans,
    readonly types: TypeTable,
    readonly ownership: Ownership,
    readonly resources = new Resources(() => undefined),
  ) {}

  /** Marks a life dead and settles everyone who waits for it. The thread may still run. May be repeated; the first cause counts. */
  markDead(life: Life, cause: CrashCause): void {
    if (life.deadSince !== null) return;
    life.deadSince = nowMs();
    life.noteDead();
    const row = threadRow(indexOf(life.id));
    // A domain that has panicked has said so itself, and its own word goes before what the kernel saw.
    life.cause = causeOf(load(this.space.words, row + CAUSE)) ?? cause;
    this.space.words[row + CAUSE] = causeNumber(life.cause);
    // Who is killed says nothing, and the records tell only until somebody is settled; who panicked has said it, and its caller may have let go of the record.
    const said = readLastWords(this.space.views, indexOf(life.id)).path;
    life.chain = this.named(said.length > 0 ? said : callPath(this.space, life.id));
    this.table.set(life.id, LifeState.Dead);
    // Whoever calls again from here on finds the next life, or nobody; whether there will be one is decided when this one is buried.
    if (load(this.space.words, bindingWord(life.program.binding)) === life.id) endBinding(this.space.words, life.program.binding, life.program.mayBeginAnew);
    life.settled += this.settlement.settle(life.id, life.cause);
    life.settledAfterMs = nowMs() - life.deadSince;
    this.table.trace?.life(TraceKind.Settled, life.id, life.settled);
  }

  /** Tells a life that has run for too long to panic at its next checkpoint. */
  flag(life: Life | undefined): void {
    if (life === undefined || life.deadSince !== null) return;
    this.escalations.flagged(life.stops);
    this.table.order(life.id, Order.Stop, true);
  }

  /** Stops the thread of a dead life, and answers when it writes nothing any more. */
  async stop(life: Life): Promise<ThreadEnd> {
    if (!life.thread.hasEnded) {
      this.escalations.terminated(life.stops);
      life.thread.terminate();
    }
    const patience = setTimeout(() => {
      if (life.stops.condemnedAt !== null) return;
      this.escalations.condemned(life.stops);
      this.table.set(life.id, LifeState.Condemned);
      life.noteCondemned();
      this.onCondemned(life);
    }, TERMINATION_PATIENCE_MS);
    const end = await life.thread.parted;
    clearTimeout(patience);
    return end;
  }

  /** Marks dead whose thread has parted. Answers whether the domain had said itself that its life was to end. */
  find(life: Life, end: ThreadEnd): boolean {
    const hasEndedItself = causeOf(load(this.space.words, threadRow(indexOf(life.id)) + CAUSE)) === 'exited';
    this.markDead(life, causeOfEnd(end));
    return hasEndedItself;
  }

  /** Takes everything back. The thread has parted. */
  bury(life: Life, end: ThreadEnd, next: Epitaph['next']): Epitaph {
    this.markDead(life, causeOfEnd(end));
    const endedAfterMs = nowMs() - (life.deadSince as number);
    this.table.trace?.life(TraceKind.ThreadEnded, life.id);
    const cause = life.cause as CrashCause;
    this.table.clearSpinner(life.id);
    this.resources.examineAll(life.id);
    this.references.drain(life.id);
    const calls = this.settlement.reclaimAsCaller(life.id);
    const held: number[] = [];
    const lendsOn = this.#lendsOn(life, calls);
    life.settled += this.settlement.reclaimAsCallee(life.id, cause, (record) => {
      if (lendsOn) held.push(record);
      return lendsOn;
    });
    const borrowed = calls.flatMap((call) => [...call.borrowed]);
    const kept = this.media.keep(life.program, life.id);
    const unlent = this.media.holds(life.program, borrowed) ? this.media.lend(life.program) : null;
    const reclaimed = this.reclaimer.reclaim(life.id, borrowed);
    this.table.trace?.life(TraceKind.Reclaimed, life.id, reclaimed.blocks, reclaimed.bytes, reclaimed.deferred.length);
    const last = readLastWords(this.space.views, indexOf(life.id));
    const words = this.#words(life, end, last.text);
    // Who lends all that it has, dies and begins anew would otherwise have it again with each life.
    const orphaned = reclaimed.deferred.reduce((sum, root) => sum + this.ownership.total(root), 0);
    this.#charge(life.program, orphaned);
    const buried = (): void => {
      this.table.trace?.life(TraceKind.Buried, life.id);
      this.#charge(life.program, -orphaned);
      unlent?.();
      this.#rows.add(life);
      this.look();
    };
    if (calls.length > 0 || held.length > 0) this.orphans.adopt(calls, reclaimed.deferred, held, buried);
    else buried();
    const reclaimedAfterMs = nowMs() - (life.deadSince as number);
    // Whoever has what it held from here on finds no block and no record of the dead one on the way.
    const resourcesReleased = this.resources.releaseAll(life.id);
    this.references.bury(life.id);
    this.table.trace?.life(TraceKind.ResourcesReleased, life.id, sum(Object.values(resourcesReleased.counts)));
    return {
      domain: life.program.name,
      incarnation: incarnationOf(life.id),
      cause,
      message: words.split('\n', 1)[0],
      stack: words,
      chain: life.chain,
      through: last.through,
      duringInit: life.isStarting,
      reclaimed: this.#report(reclaimed),
      kept,
      borrowsDeferred: reclaimed.deferred.length,
      callersSettled: life.settled,
      resourcesReleased,
      settledAfterMs: life.settledAfterMs,
      endedAfterMs,
      reclaimedAfterMs,
      resourcesReleasedAfterMs: nowMs() - (life.deadSince as number),
      escalation: this.escalations.report(life.stops, last.at),
      next,
    };
  }

  /** Whether a call that the dead one had sent, and that still runs, borrows what was only lent to it: then its own borrows go on. */
  #lendsOn(life: Life, calls: readonly OrphanedCall[]): boolean {
    return !this.reclaimer.ownsAll(
      life.id,
      calls.flatMap((call) => [...call.borrowed]),
    );
  }

  /** What orphans take, the program's next lives lack. */
  #charge(program: Program, granules: number): void {
    program.orphanedGranules += granules;
    if (program.life?.deadSince === null) this.table.setLimits(program.life.id, program.limits, program.orphanedGranules);
  }

  #report(reclaimed: Reclaimed): Epitaph['reclaimed'] {
    // Extensions name types: one may be called like a member of every object, or like another type.
    const types = Object.create(null) as { [type: string]: number };
    for (const [index, blocks] of reclaimed.types) types[this.types.nameOf(index)] = (types[this.types.nameOf(index)] ?? 0) + blocks;
    return { blocks: reclaimed.blocks, bytes: reclaimed.bytes, types };
  }

  #words(life: Life, end: ThreadEnd, said: string): string {
    if (said !== '') return said;
    if (end.error !== null) return `${end.error.name}: ${end.error.message}`;
    if (life.endedBecause !== '') return life.endedBecause;
    return LAST_WORDS[life.cause as CrashCause] ?? '';
  }

  /** Gives rows back whose records are all free by now. */
  look(): void {
    for (const life of this.#rows) {
      if (!this.settlement.isIdle(indexOf(life.id))) continue;
      this.#rows.delete(life);
      this.table.vacate(life.id);
    }
  }

  /** Rows that wait for callers to take their outcomes. */
  get waitingRows(): number {
    return this.#rows.size;
  }
}

const LAST_WORDS: { readonly [cause in CrashCause]?: string } = {
  hang: 'it ran for two time slices without coming to an end and was killed',
  killed: 'it was killed',
  exited: 'its thread ended',
};

function causeOfEnd(end: ThreadEnd): CrashCause {
  if (end.error?.isOutOfMemory === true) return 'out-of-memory';
  return end.error === null ? 'exited' : 'panic';
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
