/** What ECMA-262 calls abstract operations, of those that its methods of arrays are written in (7.1, 7.3, 23.1.3), and the walks that several of them share. Each step of a walk is counted. */
import { chargeSlots } from './array-slots.js';
import { tick } from './taming.js';

/* oxlint-disable typescript/no-explicit-any -- these run over whatever an extension hands them */
type Any = any;

const { isArray } = Array;
const { apply } = Reflect;
const { defineProperty } = Object;
const { species, isConcatSpreadable } = Symbol;
const { push } = Array.prototype;
export const MOST_LENGTH = 2 ** 53 - 1;
const NativeArray = Array;
const MOST_ARRAY = 2 ** 32 - 1;

export const integer = (value: Any): number => {
  const number = +value;
  return number !== number ? 0 : Math.trunc(number) + 0;
};
/** As the language does it: not even a symbol passes. */
export const asText = (value: Any): string => `${value}`;
export const lengthOf = (o: Any): number => Math.min(Math.max(integer(o.length), 0), MOST_LENGTH);
export const relative = (value: Any, length: number): number => {
  const at = integer(value);
  return at < 0 ? Math.max(length + at, 0) : Math.min(at, length);
};
export const object = (value: unknown): Any => {
  if (value === undefined || value === null) throw new TypeError('Array.prototype method called on null or undefined');
  return Object(value);
};
export const callable = (value: Any): Any => {
  if (typeof value !== 'function') throw new TypeError(`${typeof value === 'symbol' ? 'a symbol' : typeof value} is not a function`);
  return value;
};
export const put = (o: Any, key: number, value: unknown): void => {
  if (o === unseen) o[key] = value;
  else defineProperty(o, key, { value, writable: true, enumerable: true, configurable: true });
};
/** What was made last, and nobody else has seen: an element is put there the quick way. */
let unseen: Any;
export const fresh = (length: number): Any => {
  if (length > MOST_ARRAY) throw new RangeError('Invalid array length');
  chargeSlots(length);
  const made: Any[] = [];
  made.length = length;
  unseen = made;
  return made;
};
/** It is handed out. */
export const shown = <Made>(made: Made): Made => {
  unseen = undefined;
  return made;
};
export const remove = (o: Any, key: number | string): void => {
  delete o[key];
};
export const beyond = (): never => {
  throw new TypeError('the length would exceed 2 ** 53 - 1');
};

export function created(o: Any, length: number): Any {
  if (!isArray(o)) return fresh(length);
  let C = (o as Any).constructor;
  if (typeof C === 'object' && C !== null) C = C[species] ?? undefined;
  else if (typeof C === 'function') C = C[species] ?? undefined;
  if (C === undefined || C === NativeArray) return fresh(length);
  return new C(length);
}

export function* indices(o: Any, length: number): Generator<number> {
  for (let k = 0; k < length; k++) {
    tick();
    if (k in o) yield k;
  }
}

export function flatten(target: Any, source: Any, length: number, start: number, depth: number, mapper?: Any, self?: Any): number {
  let at = start;
  for (let k = 0; k < length; k++) {
    tick();
    if (!(k in source)) continue;
    const element = mapper === undefined ? source[k] : apply(mapper, self, [source[k], k, source]);
    if (depth > 0 && isArray(element)) at = flatten(target, element, lengthOf(element), at, depth - 1);
    else {
      if (at >= MOST_LENGTH) beyond();
      put(target, at++, element);
    }
  }
  return at;
}

export const comparatorOf = (value: Any): Any => {
  if (value !== undefined && typeof value !== 'function') throw new TypeError('The comparison function must be either a function or undefined');
  return value;
};

/** The first index from `start` in direction `by` for which the predicate holds, or -1. Holes are passed over, or read. */
export function search(o: Any, start: number, by: number, length: number, found: (value: Any, k: number) => boolean, passesHoles = false): number {
  for (let k = start; k >= 0 && k < length; k += by) {
    tick();
    if ((!passesHoles || k in o) && found(o[k], k)) return k;
  }
  return -1;
}

export function fold(self: unknown, args: readonly Any[], by: 1 | -1): Any {
  const o = object(self);
  const length = lengthOf(o);
  const f = callable(args[0]);
  let k = by === 1 ? 0 : length - 1;
  const more = (): boolean => k >= 0 && k < length;
  let sum: Any;
  if (args.length > 1) sum = args[1];
  else {
    for (; more() && !(k in o); k += by) tick();
    if (!more()) throw new TypeError('Reduce of empty array with no initial value');
    sum = o[k];
    k += by;
  }
  for (; more(); k += by) {
    tick();
    if (k in o) sum = f(sum, o[k], k, o);
  }
  return sum;
}

/** Moves `count` elements from `from` to `to`, holes included, in the order in which none is overwritten before it is read. */
export function move(o: Any, from: number, to: number, count: number, backwards: boolean): void {
  for (let done = 0; done < count; done++) {
    tick();
    const k = backwards ? count - 1 - done : done;
    if (from + k in o) o[to + k] = o[from + k];
    else remove(o, to + k);
  }
}

/** The number of elements that splice removes, from its arguments. */
export function removed(args: readonly Any[], length: number, start: number): number {
  if (args.length === 0) return 0;
  return args.length === 1 ? length - start : Math.min(Math.max(integer(args[1]), 0), length - start);
}

export function listed(o: Any, length: number): Any[] {
  if (length > MOST_ARRAY) throw new RangeError('Invalid array length');
  const list: Any[] = [];
  for (let k = 0; k < length; k++) {
    tick();
    apply(push, list, [o[k]]);
  }
  return list;
}

export function isSpread(item: Any): boolean {
  if ((typeof item !== 'object' && typeof item !== 'function') || item === null) return false;
  const spreadable = item[isConcatSpreadable];
  return spreadable === undefined ? isArray(item) : Boolean(spreadable);
}

export function found(self: unknown, [f, thisArg]: readonly Any[], by: 1 | -1): [number, Any] {
  const o = object(self);
  const length = lengthOf(o);
  callable(f);
  let value: Any;
  const at = search(o, by === 1 ? 0 : length - 1, by, length, (candidate, k) => {
    value = candidate;
    return Boolean(apply(f, thisArg, [candidate, k, o]));
  });
  return at < 0 ? [-1, undefined] : [at, value];
}
