/**
 * A way around another cliff: what lockdown changes one property at a time, V8 keeps as a dictionary afterwards, and code that reads the length of a typed array then asks that dictionary in each round of its loop. V8 lays
 * out anew what becomes the prototype of something made by a function.
 */
export function layOutPrototypes(): void {
  for (const constructor of [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ]) {
    const Maker = function (): void {} as unknown as new () => unknown;
    Maker.prototype = constructor.prototype;
    new Maker();
  }
}
