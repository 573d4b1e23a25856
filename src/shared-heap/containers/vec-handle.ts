/** `RRefVec<T>`: plain values, as many as were asked for. Every index and array is checked before the block is touched; nothing here answers shared memory. */
import { checkedIndex } from './child-slots.js';
import { describe, InvalidType } from '../faults.js';
import { type HandleClass, RRefHandle } from '../handles/handle.js';
import { bytesOfArray, setInto, typedArrayLength } from '../types/typed-array.js';
import type { VecStore } from './vec-store.js';

export function vecHandleClass(vec: VecStore): HandleClass {
  const { stride } = vec;
  const lengthOf = (handle: RRefHandle): number => vec.lengthOf(vec.blockToRead(handle));

  function numbersOf(value: unknown, where: string): Uint8Array {
    if (vec.array === null) throw new InvalidType('a vec of numbers', vec.type.name, where);
    const bytes = vec.numbersOf(value, where);
    if (bytes === undefined) throw new InvalidType(`a ${vec.array.name}`, describe(value), where);
    return bytes;
  }

  return class extends RRefHandle {
    get length(): number {
      return lengthOf(this);
    }

    at(index: unknown): unknown {
      const block = vec.blockToRead(this);
      const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < vec.lengthOf(block);
      return isPlace ? vec.read(block, index) : undefined;
    }

    set(index: unknown, value: unknown): void {
      vec.write(this, value, () => checkedIndex(index, lengthOf(this)));
    }

    fill(value: unknown, start: unknown = 0, end?: unknown): void {
      const encoded = vec.encode(value);
      const { from, to } = range(start, end, lengthOf(this));
      vec.overwrite(this, encoded, from, to);
    }

    toArray(): unknown[] {
      const block = vec.blockToRead(this);
      const list: unknown[] = [];
      for (let index = 0, length = vec.lengthOf(block); index < length; index++) list.push(vec.read(block, index));
      return list;
    }

    copyTo(target: unknown, targetStart: unknown = 0, start: unknown = 0, end?: unknown): number {
      const block = vec.blockToRead(this);
      const into = numbersOf(target, 'copyTo');
      const { from, to } = range(start, end, vec.lengthOf(block));
      const at = checkedPlace(targetStart, into.length / stride, 'targetStart');
      const count = Math.min(to - from, into.length / stride - at);
      setInto(into, vec.shared(block, from, from + count), at * stride);
      return count;
    }

    setAll(source: unknown, at: unknown = 0): void {
      const bytes = numbersOf(source, 'setAll');
      const length = lengthOf(this);
      const from = checkedPlace(at, length, 'at');
      const count = bytes.length / stride;
      if (from + count > length) throw new RangeError(`${count} elements at ${from} do not fit into ${length}`);
      vec.overwrite(this, bytes, from, from + count);
    }

    toTypedArray(): unknown {
      const block = vec.blockToRead(this);
      if (vec.array === null) throw new InvalidType('a vec of numbers', vec.type.name, 'toTypedArray');
      const copy = new vec.array(vec.lengthOf(block));
      setInto(bytesOfArray(copy), vec.shared(block, 0, typedArrayLength(copy)), 0);
      return copy;
    }

    *[Symbol.iterator](): Generator<unknown> {
      for (let index = 0; index < lengthOf(this); index++) yield vec.read(vec.blockToRead(this), index);
    }
  };
}

function range(start: unknown, end: unknown, length: number): { from: number; to: number } {
  const from = checkedPlace(start, length, 'start');
  return { from, to: end === undefined ? length : Math.max(from, checkedPlace(end, length, 'end')) };
}

/** A place between elements: from 0 to `length`, both included. Not coerced. */
function checkedPlace(value: unknown, length: number, name: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= length) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${length}, not ${describe(value)}`);
}
