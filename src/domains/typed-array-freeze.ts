/**
 * A way around a cliff: once Object.freeze has been applied to a prototype in a typed array's chain, Node 20 stores into every typed array of the realm some fifty times more slowly, and
 * lockdown freezes all of them. The same state reached in single steps (each property fixed, then no extensions) is frozen by every definition, and costs nothing.
 *
 * Must be imported before SES, which keeps the freeze that it finds.
 */
const { freeze, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, preventExtensions } = Object;
const { ownKeys } = Reflect;

/** The prototype of each kind of typed array. */
export const typedArrayPrototypes: readonly object[] = [
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
].map((constructor) => constructor.prototype as object);

const slowly: ReadonlySet<unknown> = new Set<unknown>([Object.prototype, getPrototypeOf(Uint8Array.prototype), ...typedArrayPrototypes]);

function freezeStepwise<T extends object>(target: T): T {
  for (const key of ownKeys(target)) {
    const descriptor = getOwnPropertyDescriptor(target, key) as PropertyDescriptor;
    defineProperty(target, key, 'value' in descriptor ? { writable: false, configurable: false } : { configurable: false });
  }
  return preventExtensions(target);
}

defineProperty(Object, 'freeze', {
  value: <T>(target: T): T => (slowly.has(target) ? (freezeStepwise(target as object) as T) : freeze(target)),
  writable: true,
  enumerable: false,
  configurable: true,
});
