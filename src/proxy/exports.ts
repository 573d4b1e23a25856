/**
 * What this thread serves, by number, and what becomes of an export that nobody holds any more.
 *
 *   fresh      staged for a call that has not been sent; free again where it is not sent
 *   given out  passed at least once; the kernel says when nobody holds it: its number is free, and the implementation's `released` is called
 *   revoked    an empty place that refuses calls, until nobody holds it
 *   permanent  named by whoever loads or asks, so held by nobody in particular: stays, and `released` is called each time the last domain lets go
 *
 * A number may be used again only when no call for it can come. So three things are looked at before: the kernel has taken this thread's last `passed` of it, because until then the kernel does not know of that holder; no staged value names it;
 * and no call for it waits in the mailbox, because a holder may have called and let go afterwards.
 */
import { clearBits, exchange, load, setBits, wait } from '../abi/atomics.js';
import type { DomainId } from '../abi/domain-id.js';
import { EXPORTED_MAP, GROUP_WORDS, MAX_EXPORTS, releasedGroup, X_RELEASED, X_RELEASED_MAP } from '../abi/reference-layout.js';
import { ResourceExhausted } from '../shared-heap/faults.js';
import type { MethodRuntime } from './method-runtime.js';
import type { ReferenceLog } from './reference-log.js';

type Method = (...args: unknown[]) => unknown;

/** One interface as it is served: its methods, the functions that answer them, and who holds it as far as this thread knows. */
export interface Export {
  methods: readonly MethodRuntime[];
  functions: readonly Method[];
  receiver: unknown;
  readonly interfaceId: string;
  /** Told when nobody holds it any more; null where the implementation does not ask for it. */
  released: Method | null;
  readonly isPermanent: boolean;
  isRevoked: boolean;
  /** Whether it has been passed since it was exported. */
  isGivenOut: boolean;
  /** The head of this thread's log after it was passed last. */
  passedAt: number;
  /** How many staged values name it. */
  staged: number;
  /** To whom it was passed first: in that account it is until nobody holds it, wherever it was passed on to. 0 before. */
  recipient: DomainId;
}

/** What a number stands for that is not in use. */
const VACANT: Export = Object.freeze({
  methods: [],
  functions: [],
  receiver: null,
  interfaceId: '',
  released: null,
  isPermanent: false,
  isRevoked: false,
  isGivenOut: false,
  passedAt: 0,
  staged: 0,
  recipient: 0,
});

/** Where every number is in use: how often, and for how long at a time, the kernel is waited for. */
const NAPS = 10;
const NAP_MS = 5;

const { apply } = Reflect;

export class Exports {
  readonly #words: Int32Array;
  readonly #log: ReferenceLog;
  readonly #awaits: (exported: number) => boolean;
  readonly entries: Export[] = [];
  readonly #free: number[] = [];
  /** Which number an implementation has, by interface id, so that passing one twice exports it once. */
  readonly #numbers = new Map<string, WeakMap<object, number>>();
  /** How many exports are in the account of whom they were passed to first. */
  readonly #passedTo = new Map<DomainId, number>();
  /** `released` to be called, each in a turn of its own. */
  readonly #due: Export[] = [];
  /** Groups in which some export is free but for what this thread itself has under way. */
  #postponed = 0;
  /** Called when something is exported: calls may come at any time from now on. */
  onExport: () => void = () => {};

  /** `awaits` says whether a call for an export waits in this thread's mailbox. */
  constructor(words: Int32Array, log: ReferenceLog, awaits: (exported: number) => boolean) {
    this.#words = words;
    this.#log = log;
    this.#awaits = awaits;
  }

  /** Keeps the first numbers for what is to be provided by name, whatever is passed before: they are the same in each life of a program. To be called before anything is exported. */
  reserve(count: number): void {
    for (let number = 0; number < count; number++) this.entries.push(VACANT);
  }

  /** Serves an implementation, under a number that was reserved where one is given; answers its number. Throws ResourceExhausted where every number is in use. */
  add(
    interfaceId: string,
    methods: readonly MethodRuntime[],
    functions: readonly Method[],
    implementation: object,
    isPermanent: boolean,
    reserved?: number,
  ): number {
    const released: unknown = (implementation as { released?: unknown }).released;
    const number = reserved ?? this.#takeNumber();
    this.entries[number] = {
      methods,
      functions,
      receiver: implementation,
      interfaceId,
      released: typeof released === 'function' ? (released as Method) : null,
      isPermanent,
      isRevoked: false,
      isGivenOut: false,
      passedAt: this.#log.head,
      staged: 0,
      recipient: 0,
    };
    let numbers = this.#numbers.get(interfaceId);
    if (numbers === undefined) this.#numbers.set(interfaceId, (numbers = new WeakMap()));
    numbers.set(implementation, number);
    // Before any reference to it can be logged: what is held and not marked here is a mistake that the audit finds.
    setBits(this.#words, this.#log.area + EXPORTED_MAP + (number >>> 5), 1 << (number & 31));
    this.onExport();
    return number;
  }

  #takeNumber(): number {
    if (this.#free.length === 0) this.collect();
    for (let nap = 0; nap < NAPS && this.#free.length === 0 && this.entries.length >= MAX_EXPORTS; nap++) {
      this.#log.onFull();
      wait(this.#words, this.#log.area + X_RELEASED, 0, NAP_MS);
      this.collect();
    }
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.entries.length >= MAX_EXPORTS)
      throw new ResourceExhausted(
        'exports',
        `${MAX_EXPORTS} objects of this domain are held by others: they must drop some. What was revoked is held until then, too`,
      );
    return this.entries.length;
  }

  /** The number under which an implementation is served already. */
  find(interfaceId: string, implementation: object): number | undefined {
    return this.#numbers.get(interfaceId)?.get(implementation);
  }

  /** A value that is about to be sent names the export: its number stays. */
  stage(number: number): void {
    const entry = this.entries[number];
    if (entry !== undefined && entry !== VACANT) entry.staged++;
  }

  /** The value was not sent. */
  unstage(number: number): void {
    const entry = this.entries[number];
    if (entry === undefined || entry === VACANT) return;
    entry.staged--;
    if (entry.staged === 0 && !entry.isGivenOut && !entry.isPermanent) this.#vacate(number, entry);
  }

  /** The value is being sent, and the log says so. */
  notePassed(number: number, to: DomainId): void {
    const entry = this.entries[number];
    if (entry === undefined || entry === VACANT) return;
    entry.staged--;
    if (!entry.isGivenOut && !entry.isPermanent) {
      entry.recipient = to;
      this.#passedTo.set(to, (this.#passedTo.get(to) ?? 0) + 1);
    }
    entry.isGivenOut = true;
    entry.passedAt = this.#log.head;
  }

  /** Whether it has been passed to nobody, and is in no account. */
  isFresh(number: number): boolean {
    const entry = this.entries[number] ?? VACANT;
    return !entry.isGivenOut && !entry.isPermanent;
  }

  /** Whether so many more may go to a domain: no more than are left for all others, so that neither it nor several that act together can use up all numbers. A first one is let in always. */
  hasRoomFor(to: DomainId, count: number): boolean {
    if (this.hasReleased) this.collect();
    const passed = this.#passedTo.get(to) ?? 0;
    return passed === 0 || passed + count <= MAX_EXPORTS - this.entries.length + this.#free.length;
  }

  isRevoked(number: number): boolean {
    return this.entries[number]?.isRevoked === true;
  }

  /** From now on calls are refused, and nothing here leads to the implementation. The number goes when the last holder does. */
  revoke(number: number): void {
    const entry = this.entries[number];
    if (entry === undefined || entry === VACANT || entry.isRevoked) return;
    this.#forget(number, entry);
    entry.isRevoked = true;
    entry.methods = [];
    entry.functions = [];
    entry.receiver = null;
    entry.released = null;
    if (entry.staged === 0 && !entry.isGivenOut && !entry.isPermanent) this.#vacate(number, entry);
  }

  /** Revokes an implementation under every number that it is served as: what was passed and then provided by name, or provided twice, has several, of which `#numbers` knows the last. */
  revokeAll(implementation: object): void {
    for (let number = 0; number < this.entries.length; number++) if (this.entries[number].receiver === implementation) this.revoke(number);
  }

  #forget(number: number, entry: Export): void {
    const numbers = this.#numbers.get(entry.interfaceId);
    if (typeof entry.receiver === 'object' && entry.receiver !== null && numbers?.get(entry.receiver) === number) numbers.delete(entry.receiver);
  }

  #vacate(number: number, entry: Export): void {
    this.#forget(number, entry);
    if (entry.isGivenOut) {
      const left = (this.#passedTo.get(entry.recipient) ?? 1) - 1;
      if (left > 0) this.#passedTo.set(entry.recipient, left);
      else this.#passedTo.delete(entry.recipient);
    }
    this.entries[number] = VACANT;
    clearBits(this.#words, this.#log.area + EXPORTED_MAP + (number >>> 5), 1 << (number & 31));
    this.#free.push(number);
  }

  /** Whether the kernel has said of some export that nobody holds it. */
  get hasReleased(): boolean {
    return this.#due.length > 0 || load(this.#words, this.#log.area + X_RELEASED) !== 0;
  }

  /** Frees the numbers that nobody holds. Their `released` is called later, in turns of its own. */
  collect(): void {
    const hint = this.#log.area + X_RELEASED;
    if (this.#postponed === 0 && load(this.#words, hint) === 0) return;
    // Before the map is read: a bit that comes afterwards sets its group again.
    let groups = this.#postponed | exchange(this.#words, hint, 0);
    this.#postponed = 0;
    for (; groups !== 0; groups &= groups - 1) {
      const first = (31 - Math.clz32(groups & -groups)) * GROUP_WORDS;
      for (let word = first; word < first + GROUP_WORDS; word++) this.#collectWord(word);
    }
  }

  #collectWord(word: number): void {
    const at = this.#log.area + X_RELEASED_MAP + word;
    for (let bits = load(this.#words, at); bits !== 0; bits &= bits - 1) this.#collect(at, bits & -bits, word * 32 + 31 - Math.clz32(bits & -bits));
  }

  #collect(at: number, bit: number, number: number): void {
    const entry = this.entries[number] ?? VACANT;
    // The tail first, then the bit: the kernel takes a bit back before it moves the tail past a `passed`. With the tail short of it the bit tells of earlier holders, and the kernel will set it again.
    if (!this.#log.hasTaken(entry.passedAt) || (load(this.#words, at) & bit) === 0) return;
    if (!entry.isPermanent && (entry.staged > 0 || this.#awaits(number))) {
      this.#postponed |= releasedGroup(number);
      return;
    }
    clearBits(this.#words, at, bit);
    if (entry === VACANT) return;
    if (entry.released !== null) this.#due.push(entry);
    if (!entry.isPermanent) this.#vacate(number, entry);
  }

  /** The next `released` to be called, or undefined. One whose implementation has been given out again is left for the next time that nobody holds it. */
  takeReleased(): (() => unknown) | undefined {
    this.collect();
    for (let entry = this.#due.shift(); entry !== undefined; entry = this.#due.shift()) {
      const { released, receiver, isPermanent, interfaceId } = entry;
      if (released === null || (!isPermanent && this.find(interfaceId, receiver as object) !== undefined)) continue;
      return () => apply(released, receiver, []);
    }
    return undefined;
  }
}
