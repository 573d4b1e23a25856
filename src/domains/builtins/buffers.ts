/**
 * Buffers and typed arrays: what one will take is charged before there is one, and what walks a claimed length or many elements goes in steps.
 *
 * A constructor here is a function, not a proxy: making a small array must cost what it costs without it.
 */
import { isAnyArrayBuffer } from 'node:util/types';
import { asText, integer, lengthOf } from './array-operations.js';
import { LONG_TO_SORT, mergePieces, sortList } from './sorting.js';
import { charge, isPlain, replace, takePlace, tick } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply, construct, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { isView } = ArrayBuffer;
const { iterator } = Symbol;
const NativeTyped = getPrototypeOf(Uint8Array) as Any;
const prototype: Any = NativeTyped.prototype;
const native: { readonly [method: string]: (...args: Any[]) => Any } = { ...pick() };
const lengthGetter = getOwnPropertyDescriptor(prototype, 'length')?.get as () => number;
const kindGetter = getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.get as () => string | undefined;

function pick(): { [method: string]: (...args: Any[]) => Any } {
  const methods: { [method: string]: (...args: Any[]) => Any } = {};
  for (const key of ownKeys(prototype)) {
    const value: unknown = getOwnPropertyDescriptor(prototype, key)?.value;
    if (typeof key === 'string' && typeof value === 'function') methods[key] = value as (...args: Any[]) => Any;
  }
  return methods;
}

const SMALL = 2 ** 12;
/** More elements than these are walked piece by piece. */
const LONG = 2 ** 16;

const isTyped = (value: unknown): boolean => apply(kindGetter, value, []) !== undefined;
/** How many elements it has; 0 for what is no typed array, which the engine refuses. */
const count = (value: unknown): number => (isTyped(value) ? apply(lengthGetter, value, []) : 0);

/** Makes the array of whatever the constructor was given; `elementBytes` is the size of its elements. */
function made(Native: Any, elementBytes: number, args: ArrayLike<Any>, newTarget: Any): Any {
  const source = args[0];
  if ((typeof source !== 'object' && typeof source !== 'function') || source === null) {
    const length = integer(source);
    charge(length * elementBytes);
    return construct(Native, [length], newTarget);
  }
  if (isView(source) ? isTyped(source) : isPlain(source)) {
    charge((isView(source) ? count(source) : (source as Any[]).length) * elementBytes);
    return construct(Native, args, newTarget);
  }
  if (isAnyArrayBuffer(source)) return construct(Native, args, newTarget);
  const iterate = source[iterator];
  if (iterate !== undefined && iterate !== null) return construct(Native, [listed(apply(iterate, source, []))], newTarget);
  const length = lengthOf(source);
  charge(length * elementBytes);
  const array = construct(Native, [length], newTarget) as Any;
  for (let at = 0; at < length; at++) {
    tick();
    array[at] = source[at];
  }
  return array;
}

function listed(from: Any): Any[] {
  const list: Any[] = [];
  const { next } = from;
  for (let step: Any = apply(next, from, []); !step.done; step = apply(next, from, [])) {
    tick();
    list.push(step.value);
  }
  return list;
}

function guard(name: string): void {
  const Native = (globalThis as Any)[name];
  const elementBytes: number = Native.BYTES_PER_ELEMENT;
  function Guarded(this: unknown, first: Any): Any {
    if (new.target === undefined) throw new TypeError(`Constructor ${name} requires 'new'`);
    if (typeof first === 'number' && first <= SMALL && new.target === Guarded) return new Native(first);
    return made(Native, elementBytes, arguments, new.target === Guarded ? Native : new.target);
  }
  takePlace(name, Native, Guarded);
}

const NativeBuffer = ArrayBuffer;
function GuardedBuffer(this: unknown, length: Any, options?: Any): Any {
  if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
  const bytes = integer(length);
  charge(bytes);
  return construct(NativeBuffer, options === undefined ? [bytes] : [bytes, options], new.target === GuardedBuffer ? NativeBuffer : new.target);
}
takePlace('ArrayBuffer', NativeBuffer, GuardedBuffer);
const KINDS = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float16', 'Float32', 'Float64', 'BigInt64', 'BigUint64'].map(
  (kind) => `${kind}Array`,
);
const constructors = new Map<string, Any>();
for (const kind of KINDS)
  if (kind in globalThis) {
    constructors.set(kind, (globalThis as Any)[kind]);
    guard(kind);
  }

/** Room for another of its kind and length, which is charged. */
function another(self: Any): Any {
  const Native = constructors.get(apply(kindGetter, self, []) as string);
  charge(count(self) * Native.BYTES_PER_ELEMENT);
  return new Native(count(self));
}

const precedes = (second: Any, first: Any): boolean =>
  second < first || (second === 0 && first === 0 && Object.is(second, -0) && !Object.is(first, -0)) || (first !== first && second === second);

function sortTyped(self: Any, comparator: Any): Any {
  const length = count(self);
  if (comparator !== undefined) {
    const list: Any[] = [];
    charge(length * 24);
    for (let at = 0; at < length; at++) {
      tick();
      list.push(self[at]);
    }
    sortList(list, comparator);
    for (let at = 0; at < length; at++) {
      tick();
      self[at] = list[at];
    }
    return self;
  }
  for (let at = 0; at < length; at += LONG) {
    tick();
    apply(native['sort'] as Any, apply(native['subarray'] as Any, self, [at, at + LONG]), []);
  }
  const sorted = mergePieces(self, another(self), length, LONG, precedes);
  if (sorted !== self) apply(native['set'] as Any, self, [sorted]);
  return self;
}

/** Of each piece its text, with what stands between. */
function joined(self: Any, method: Any, args: readonly Any[], between: string): string {
  const length = count(self);
  let text = '';
  for (let at = 0; at < length; at += SMALL) {
    tick();
    const piece = apply(method, apply(native['subarray'] as Any, self, [at, at + SMALL]), args) as string;
    text += at === 0 ? piece : between + piece;
  }
  charge(text.length);
  return text;
}

const isComparator = (value: unknown): boolean => value === undefined || typeof value === 'function';

replace(prototype, {
  sort(this: Any, comparator: Any) {
    const length = count(this);
    return length > (comparator === undefined ? LONG : LONG_TO_SORT) && isComparator(comparator)
      ? sortTyped(this, comparator)
      : apply(native['sort'] as Any, this, [comparator]);
  },
  toSorted(this: Any, comparator: Any) {
    if (count(this) <= LONG_TO_SORT || !isComparator(comparator)) return apply(native['toSorted'] as Any, this, [comparator]);
    const copy = another(this);
    apply(native['set'] as Any, copy, [this]);
    return apply((prototype as Any).sort, copy, [comparator]);
  },
  toReversed(this: Any) {
    if (count(this) > SMALL) charge(this.byteLength);
    return apply(native['toReversed'] as Any, this, []);
  },
  with(this: Any, at: Any, value: Any) {
    if (count(this) > SMALL) charge(this.byteLength);
    return apply(native['with'] as Any, this, [at, value]);
  },
  set(this: Any, source: Any, offset: Any) {
    const isObject = (typeof source === 'object' && source !== null) || typeof source === 'function';
    if (!isObject || isView(source) || isPlain(source) || !isTyped(this)) return apply(native['set'] as Any, this, [source, offset]);
    const start = integer(offset);
    if (start < 0) throw new RangeError('offset is out of bounds');
    const length = lengthOf(source);
    if (start + length > count(this)) throw new RangeError('offset is out of bounds');
    for (let at = 0; at < length; at++) {
      tick();
      this[start + at] = source[at];
    }
    return undefined;
  },
  join(this: Any, separator: Any) {
    if (count(this) <= LONG) return apply(native['join'] as Any, this, [separator]);
    const between = separator === undefined ? ',' : asText(separator);
    return joined(this, native['join'], [between], between);
  },
});

/** Where what is called for each element is a built-in, nothing of it would be asked whether it is to stop. */
const WITH_CALLBACK = ['every', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'forEach', 'map', 'reduce', 'reduceRight', 'some'];
for (const name of WITH_CALLBACK) {
  const method = native[name] as Any;
  replace(prototype, {
    [name](this: Any, callback: Any) {
      if (typeof callback !== 'function' || count(this) <= LONG) return apply(method, this, arguments);
      const called = function (this: unknown): unknown {
        tick();
        return apply(callback, this, arguments) as unknown;
      };
      return apply(method, this, arguments.length > 1 ? [called, arguments[1]] : [called]);
    },
  });
}

const { from } = NativeTyped;
replace(NativeTyped, {
  from(this: Any, items: Any, mapper: Any, thisArg: Any) {
    if (
      items === undefined ||
      items === null ||
      typeof items === 'string' ||
      isPlain(items) ||
      isView(items) ||
      (mapper !== undefined && typeof mapper !== 'function')
    )
      return apply(from, this, arguments as Any);
    const iterate = items[iterator];
    if (iterate !== undefined && iterate !== null) return apply(from, this, [listed(apply(iterate, items, [])), mapper, thisArg] as Any);
    const length = lengthOf(items);
    const array = new this(length);
    for (let at = 0; at < length; at++) {
      tick();
      array[at] = mapper === undefined ? items[at] : apply(mapper, thisArg, [items[at], at]);
    }
    return array;
  },
});
