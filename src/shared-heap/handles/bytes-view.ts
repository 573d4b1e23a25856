/**
 * Bytes on the shared heap, as extension code sees them. Every method checks the root's handle and the bounds, then copies, searches or compares in bulk, with Node's natives;
 * no method answers anything that shares memory. Numbers are not coerced, and of arrays the internal slots alone count: nothing foreign runs in here.
 */
import { isUint8Array } from 'node:util/types';
import { describe, InvalidType, LifetimeViolation } from '../faults.js';
import { type Claim, handles, type RRefHandle } from './handle.js';
import { checkText } from '../types/text.js';
import { checkMemory, setInto, typedArrayLength } from '../types/typed-array.js';
import type { Views } from '../views.js';

const TOKEN = Symbol('only the heap makes byte views');

export class BytesView {
  readonly #views: Views;
  readonly #owner: RRefHandle;
  readonly #root: Claim;
  readonly #epoch: number;
  /** First byte in the heap. */
  readonly #at: number;
  readonly #length: number;
  /** False for the bytes of a string, which are well-formed UTF-8 and stay so. */
  readonly #mayWrite: boolean;

  constructor(token: symbol, views: Views, owner: RRefHandle, at: number, length: number, mayWrite: boolean) {
    if (token !== TOKEN) throw new TypeError('bytes of the shared heap are reached through an RRef');
    this.#views = views;
    this.#owner = owner;
    this.#root = handles.rootOf(owner);
    this.#epoch = handles.epochOf(owner);
    this.#at = at;
    this.#length = length;
    this.#mayWrite = mayWrite;
    Object.freeze(this);
  }

  static make(views: Views, owner: RRefHandle, at: number, length: number, mayWrite: boolean): BytesView {
    return new BytesView(TOKEN, views, owner, at, length, mayWrite);
  }

  static is(value: unknown): value is BytesView {
    return typeof value === 'object' && value !== null && #views in value;
  }

  get length(): number {
    return BytesView.#own(this).#length;
  }

  /** A method can be taken from its class and applied to anything. */
  static #own(view: unknown): BytesView {
    if (typeof view === 'object' && view !== null && #views in view) return view;
    throw new InvalidType('bytes of the shared heap', describe(view));
  }

  #checked(): number {
    if (!handles.isCurrent(this.#root, this.#epoch)) {
      throw new LifetimeViolation('these bytes belong to a value that was sent, dropped or changed: read them again from their RRef');
    }
    handles.verify(this.#owner);
    return this.#at;
  }

  /** Shared memory. For the natives, never to be answered. */
  #shared(): Uint8Array {
    const at = this.#checked();
    return this.#views.bytes.subarray(at, at + this.#length);
  }

  /** The bytes of an operand, where it is one. */
  static #operand(value: unknown, where: string): Uint8Array {
    if (typeof value === 'object' && value !== null && #views in value) return value.#shared();
    if (isUint8Array(value)) {
      checkMemory(value, where);
      return value;
    }
    throw new InvalidType('a Uint8Array or bytes of the shared heap', describe(value), where);
  }

  toUint8Array(): Uint8Array {
    const shared = BytesView.#own(this).#shared();
    const copy = new Uint8Array(this.#length);
    setInto(copy, shared, 0);
    return copy;
  }

  text(encoding: 'utf8' | 'latin1' = 'utf8'): string {
    const at = BytesView.#own(this).#checked();
    if (encoding !== 'utf8' && encoding !== 'latin1') throw new InvalidType("'utf8' or 'latin1'", describe(encoding), 'text');
    return this.#views.node.toString(encoding, at, at + this.#length);
  }

  copyTo(target: Uint8Array, targetStart = 0, start = 0, end: number = BytesView.#own(this).#length): number {
    const at = BytesView.#own(this).#checked();
    if (!isUint8Array(target)) throw new InvalidType('a Uint8Array', describe(target), 'copyTo');
    checkMemory(target, 'copyTo');
    const from = bounded(start, this.#length, 'start');
    const to = Math.max(from, bounded(end, this.#length, 'end'));
    const room = typedArrayLength(target) - bounded(targetStart, typedArrayLength(target), 'targetStart');
    const count = Math.min(to - from, room);
    setInto(target, this.#views.bytes.subarray(at + from, at + from + count), targetStart);
    return count;
  }

  set(source: Uint8Array | BytesView, start = 0): void {
    const at = BytesView.#own(this).#checked();
    if (!this.#mayWrite) throw new LifetimeViolation('the bytes of a string are not written in place: assign the field');
    handles.blockToWrite(this.#owner);
    const bytes = BytesView.#operand(source, 'set');
    const length = typedArrayLength(bytes);
    const from = bounded(start, this.#length, 'at');
    if (from + length > this.#length) throw new RangeError(`${length} bytes at ${from} do not fit into ${this.#length}`);
    setInto(this.#views.bytes, bytes, at + from);
  }

  at(index: number): number | undefined {
    const at = BytesView.#own(this).#checked();
    return Number.isInteger(index) && index >= 0 && index < this.#length ? this.#views.bytes[at + index] : undefined;
  }

  indexOf(needle: Uint8Array | BytesView | string | number, from = 0): number {
    const at = BytesView.#own(this).#checked();
    const wanted = BytesView.#needle(needle);
    return this.#views.node.subarray(at, at + this.#length).indexOf(wanted, bounded(from, this.#length, 'from'));
  }

  static #needle(needle: unknown): Uint8Array | number {
    if (typeof needle === 'number') {
      if ((needle & 0xff) === needle) return needle;
      throw new InvalidType('a byte from 0 to 255', describe(needle), 'indexOf');
    }
    if (typeof needle !== 'string') return BytesView.#operand(needle, 'indexOf');
    checkText(needle, 'indexOf');
    return Buffer.from(needle, 'utf8');
  }

  equals(other: Uint8Array | BytesView): boolean {
    const shared = BytesView.#own(this).#shared();
    const bytes = BytesView.#operand(other, 'equals');
    return typedArrayLength(bytes) === this.#length && compareBytes(shared, bytes) === 0;
  }

  compare(other: Uint8Array | BytesView): -1 | 0 | 1 {
    return compareBytes(BytesView.#own(this).#shared(), BytesView.#operand(other, 'compare'));
  }

  slice(start = 0, end: number = BytesView.#own(this).#length): BytesView {
    const at = BytesView.#own(this).#checked();
    const from = bounded(start, this.#length, 'start');
    const to = Math.max(from, bounded(end, this.#length, 'end'));
    return new BytesView(TOKEN, this.#views, this.#owner, at + from, to - from, this.#mayWrite);
  }
}

// What makes views, and tells them, is for trusted modules: an extension can reach the class through any view's constructor.
const { make, is } = BytesView;
delete (BytesView as { make?: unknown }).make;
delete (BytesView as { is?: unknown }).is;
export const byteViews = Object.freeze({ make, is });

const compareBytes = Buffer.compare as (a: Uint8Array, b: Uint8Array) => -1 | 0 | 1;

function bounded(value: number, length: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > length)
    throw new RangeError(`${name} must be a whole number from 0 to ${length}, not ${describe(value)}`);
  return value;
}
