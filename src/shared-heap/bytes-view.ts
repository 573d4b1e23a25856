/**
 * Bytes on the shared heap, as extension code sees them. Every method checks the root's handle and the bounds, then copies in bulk; no method answers anything that
 * shares memory.
 */
import { isUint8Array } from 'node:util/types';
import { describe, InvalidType, LifetimeViolation } from './faults.js';
import { handles, type RRefHandle } from './handle.js';
import { typedArrayLength } from './typed-array.js';
import type { Views } from './views.js';

const TOKEN = Symbol('only the heap makes byte views');

export class BytesView {
  readonly #views: Views;
  readonly #owner: RRefHandle;
  readonly #root: RRefHandle;
  readonly #epoch: number;
  /** First byte in the heap. */
  readonly #at: number;
  readonly #length: number;

  constructor(token: symbol, views: Views, owner: RRefHandle, at: number, length: number) {
    if (token !== TOKEN) throw new TypeError('bytes of the shared heap are reached through an RRef');
    this.#views = views;
    this.#owner = owner;
    this.#root = handles.rootOf(owner);
    this.#epoch = handles.epochOf(owner);
    this.#at = at;
    this.#length = length;
    Object.freeze(this);
  }

  static make(views: Views, owner: RRefHandle, at: number, length: number): BytesView {
    return new BytesView(TOKEN, views, owner, at, length);
  }

  static is(value: unknown): value is BytesView {
    return typeof value === 'object' && value !== null && #views in value;
  }

  get length(): number {
    return this.#length;
  }

  #checked(): number {
    if (!handles.isCurrent(this.#root, this.#epoch)) {
      throw new LifetimeViolation('these bytes belong to a value that was sent, dropped or changed: read them again from their RRef');
    }
    return this.#at;
  }

  toUint8Array(): Uint8Array {
    const at = this.#checked();
    const copy = new Uint8Array(this.#length);
    copy.set(this.#views.bytes.subarray(at, at + this.#length));
    return copy;
  }

  text(): string {
    const at = this.#checked();
    return this.#views.node.toString('utf8', at, at + this.#length);
  }

  copyTo(target: Uint8Array, targetStart = 0, start = 0, end: number = this.#length): number {
    const at = this.#checked();
    if (!isUint8Array(target)) throw new InvalidType('a Uint8Array', describe(target), 'copyTo');
    const from = bounded(start, this.#length, 'start');
    const to = Math.max(from, bounded(end, this.#length, 'end'));
    const room = typedArrayLength(target) - bounded(targetStart, typedArrayLength(target), 'targetStart');
    const count = Math.min(to - from, room);
    setInto(target, this.#views.bytes.subarray(at + from, at + from + count), targetStart);
    return count;
  }

  set(source: Uint8Array, start = 0): void {
    const at = this.#checked();
    handles.blockToWrite(this.#owner);
    if (!isUint8Array(source)) throw new InvalidType('a Uint8Array', describe(source), 'set');
    const from = bounded(start, this.#length, 'at');
    if (from + typedArrayLength(source) > this.#length) {
      throw new RangeError(`${typedArrayLength(source)} bytes at ${from} do not fit into ${this.#length}`);
    }
    this.#views.bytes.set(source, at + from);
  }

  at(index: number): number | undefined {
    const at = this.#checked();
    return Number.isInteger(index) && index >= 0 && index < this.#length ? this.#views.bytes[at + index] : undefined;
  }

  slice(start = 0, end: number = this.#length): BytesView {
    const at = this.#checked();
    const from = bounded(start, this.#length, 'start');
    const to = Math.max(from, bounded(end, this.#length, 'end'));
    return new BytesView(TOKEN, this.#views, this.#owner, at + from, to - from);
  }
}

// What makes views, and tells them, is for trusted modules: an extension can reach the class through any view's constructor.
const { make, is } = BytesView;
delete (BytesView as { make?: unknown }).make;
delete (BytesView as { is?: unknown }).is;
export const byteViews = Object.freeze({ make, is });

const setInto = Function.prototype.call.bind(Uint8Array.prototype.set) as unknown as (target: Uint8Array, source: Uint8Array, at: number) => void;

function bounded(value: number, length: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value > length) throw new RangeError(`${name} must be a whole number from 0 to ${length}, not ${String(value)}`);
  return value;
}
