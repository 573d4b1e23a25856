/** What a typed array says of itself by its internal slots: properties that somebody put on it do not count. */
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

function getter<T>(name: string): (array: Uint8Array) => T {
  const get = Object.getOwnPropertyDescriptor(typedArray, name)?.get as () => T;
  return Function.prototype.call.bind(get) as unknown as (array: Uint8Array) => T;
}

export const typedArrayLength = getter<number>('length');
