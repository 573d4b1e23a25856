import { InvalidType } from '../faults.js';

/** What a typed array says of itself by its internal slots: properties that somebody put on it do not count. */
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

function getter<T>(name: string | symbol): (array: object) => T {
  const get = Object.getOwnPropertyDescriptor(typedArray, name)?.get as () => T;
  return Function.prototype.call.bind(get) as unknown as (array: object) => T;
}

export const typedArrayLength = getter<number>('length');
/** `Uint8Array` and so on; undefined for what is no typed array. */
export const typedArrayName = getter<string | undefined>(Symbol.toStringTag);

const bufferOf = getter<ArrayBuffer>('buffer');
const offsetOf = getter<number>('byteOffset');
const bytesIn = getter<number>('byteLength');

const keysOf = Function.prototype.call.bind((typedArray as { keys: () => unknown }).keys) as unknown as (array: object) => unknown;

/** Throws InvalidType for an array whose memory has gone: its buffer was transferred, or has shrunk to less than the array. Such a one has no length, and no native takes it. */
export function checkMemory(array: object, where?: string): void {
  if (typedArrayLength(array) > 0) return;
  try {
    keysOf(array);
  } catch (error) {
    throw error instanceof TypeError ? new InvalidType('an array that has its memory', 'one whose buffer was transferred or has shrunk', where) : error;
  }
}

/** The same memory as bytes. Not for what an extension is to get. Throws InvalidType where the memory has gone. */
export function bytesOfArray(array: object, where?: string): Uint8Array {
  checkMemory(array, where);
  return new Uint8Array(bufferOf(array), offsetOf(array), bytesIn(array));
}

export const setInto = Function.prototype.call.bind(Uint8Array.prototype.set) as unknown as (target: Uint8Array, source: Uint8Array, at: number) => void;
