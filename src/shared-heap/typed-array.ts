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

/** The same memory as bytes. Not for what an extension is to get. */
export function bytesOfArray(array: object): Uint8Array {
  return new Uint8Array(bufferOf(array), offsetOf(array), bytesIn(array));
}

export const setInto = Function.prototype.call.bind(Uint8Array.prototype.set) as unknown as (target: Uint8Array, source: Uint8Array, at: number) => void;
