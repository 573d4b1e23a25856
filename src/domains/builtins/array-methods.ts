/**
 * The methods of arrays, as extensions have them: V8's own for arrays that are what they say, single steps for everything else. Each is written out, because V8 makes one piece of machine code of such a function and its
 * caller only where it is a function of its own.
 */
import { steps } from './array-steps.js';
import { LONG_TO_SORT } from './sorting.js';
import { charge, fits, isPlain, isPlainToCopy, replace, settle } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;
const { isArray } = Array;
const native: { readonly [method: string]: (...args: Any[]) => Any } = { ...ownMethods(Array.prototype) };

function ownMethods(holder: object): { [method: string]: (...args: Any[]) => Any } {
  const methods: { [method: string]: (...args: Any[]) => Any } = {};
  for (const key of Reflect.ownKeys(holder)) if (typeof key === 'string') methods[key] = (holder as Any)[key];
  return methods;
}

const {
  concat,
  copyWithin,
  every,
  fill,
  filter,
  find,
  findIndex,
  findLast,
  findLastIndex,
  forEach,
  includes,
  indexOf,
  join,
  lastIndexOf,
  map,
  reduce,
  reduceRight,
  reverse,
  shift,
  slice,
  some,
  sort,
  splice,
  toReversed,
  toSorted,
  toSpliced,
  unshift,
  with: withValue,
} = native;

/** Comparing long texts takes as long as they are, so a walk that compares them is one of steps. */
const LONG_TEXT = 2 ** 12;
const isLongText = (value: unknown): boolean => typeof value === 'string' && value.length > LONG_TEXT;

function hasLongTexts(list: readonly unknown[]): boolean {
  for (let at = 0; at < list.length; at++) if (typeof list[at] === 'string' && (list[at] as string).length > LONG_TEXT) return true;
  return false;
}

/** As the engine compares where it is given nothing to compare with, but between two of these it can be ended. */
function compareAsTexts(one: Any, other: Any): number {
  const [first, second] = [`${one}`, `${other}`];
  return first < second ? -1 : first > second ? 1 : 0;
}

replace(Array.prototype, {
  indexOf(this: Any, wanted: Any) {
    return isPlain(this) && !isLongText(wanted) ? apply(indexOf, this, arguments) : steps.indexOf(this, [...arguments]);
  },
  lastIndexOf(this: Any, wanted: Any) {
    return isPlain(this) && !isLongText(wanted) ? apply(lastIndexOf, this, arguments) : steps.lastIndexOf(this, [...arguments]);
  },
  includes(this: Any, wanted: Any) {
    return isPlain(this) && !isLongText(wanted) ? apply(includes, this, arguments) : steps.includes(this, [...arguments]);
  },
  fill(this: Any) {
    return isPlainToCopy(this) ? apply(fill, this, arguments) : steps.fill(this, [...arguments]);
  },
  reverse(this: Any) {
    return isPlain(this) ? apply(reverse, this, arguments) : steps.reverse(this, [...arguments]);
  },
  copyWithin(this: Any) {
    return isPlain(this) ? apply(copyWithin, this, arguments) : steps.copyWithin(this, [...arguments]);
  },
  forEach(this: Any) {
    return isPlain(this) ? apply(forEach, this, arguments) : steps.forEach(this, [...arguments]);
  },
  some(this: Any) {
    return isPlain(this) ? apply(some, this, arguments) : steps.some(this, [...arguments]);
  },
  every(this: Any) {
    return isPlain(this) ? apply(every, this, arguments) : steps.every(this, [...arguments]);
  },
  find(this: Any) {
    return isPlain(this) ? apply(find, this, arguments) : steps.find(this, [...arguments]);
  },
  findIndex(this: Any) {
    return isPlain(this) ? apply(findIndex, this, arguments) : steps.findIndex(this, [...arguments]);
  },
  findLast(this: Any) {
    return isPlain(this) ? apply(findLast, this, arguments) : steps.findLast(this, [...arguments]);
  },
  findLastIndex(this: Any) {
    return isPlain(this) ? apply(findLastIndex, this, arguments) : steps.findLastIndex(this, [...arguments]);
  },
  reduce(this: Any) {
    return isPlain(this) ? apply(reduce, this, arguments) : steps.reduce(this, [...arguments]);
  },
  reduceRight(this: Any) {
    return isPlain(this) ? apply(reduceRight, this, arguments) : steps.reduceRight(this, [...arguments]);
  },
  shift(this: Any) {
    return isPlain(this) ? apply(shift, this, arguments) : steps.shift(this, [...arguments]);
  },
  slice(this: Any) {
    return isPlainToCopy(this) ? apply(slice, this, arguments) : steps.slice(this, [...arguments]);
  },
  map(this: Any) {
    return isPlainToCopy(this) ? apply(map, this, arguments) : steps.map(this, [...arguments]);
  },
  filter(this: Any) {
    return isPlainToCopy(this) ? apply(filter, this, arguments) : steps.filter(this, [...arguments]);
  },
  toReversed(this: Any) {
    return isPlainToCopy(this) ? apply(toReversed, this, arguments) : steps.toReversed(this, [...arguments]);
  },
  toSorted(this: Any, comparator?: Any) {
    if (comparator === undefined && isPlain(this) && this.length <= LONG_TO_SORT && hasLongTexts(this)) return apply(toSorted, this, [compareAsTexts]);
    return isPlainToCopy(this) && this.length <= LONG_TO_SORT ? apply(toSorted, this, arguments) : steps.toSorted(this, [...arguments]);
  },
  with(this: Any) {
    return isPlainToCopy(this) ? apply(withValue, this, arguments) : steps.with(this, [...arguments]);
  },
  sort(this: Any, comparator?: Any) {
    if (comparator === undefined && isPlain(this) && this.length <= LONG_TO_SORT && hasLongTexts(this)) return apply(sort, this, [compareAsTexts]);
    return isPlain(this) && this.length <= LONG_TO_SORT ? apply(sort, this, arguments) : steps.sort(this, [comparator]);
  },
  splice(this: Any) {
    return isPlainToCopy(this) ? apply(splice, this, arguments) : steps.splice(this, [...arguments]);
  },
  unshift(this: Any) {
    return isPlain(this) ? apply(unshift, this, arguments) : steps.unshift(this, [...arguments]);
  },
  toSpliced(this: Any) {
    return isPlainToCopy(this) ? apply(toSpliced, this, arguments) : steps.toSpliced(this, [...arguments]);
  },
  join(this: Any, separator?: Any) {
    if (!isPlain(this)) return steps.join(this, [separator]);
    const { length } = this;
    if (length < 4096) return apply(join, this, arguments);
    // Read once: what it answers the second time might be longer.
    const between = separator === undefined ? ',' : `${separator}`;
    charge(length * (between.length + 1));
    const text = apply(join, this, [between]) as string;
    settle(text.length);
    return text;
  },
  concat(this: Any) {
    if (!isPlain(this)) return steps.concat(this, [...arguments]);
    let total = this.length;
    for (let n = 0; n < arguments.length; n++) {
      const item: unknown = arguments[n];
      if (typeof item !== 'object' && typeof item !== 'function') continue;
      if (isArray(item) && !isPlain(item)) return steps.concat(this, [...arguments]);
      if (isArray(item)) total += item.length;
      // What is no array may say that it is to be spread, and how long it is, anew at each look.
      else if (item !== null) return steps.concat(this, [...arguments]);
    }
    if (!fits(total * 8)) return steps.concat(this, [...arguments]);
    charge(total * 8);
    return apply(concat, this, arguments);
  },
  flat(this: Any) {
    return steps.flat(this, arguments as never);
  },
  flatMap(this: Any) {
    return steps.flatMap(this, arguments as never);
  },
});

const { from } = Array;
const { iterator } = Symbol;

replace(Array, {
  from(this: Any, items: Any, mapper: Any, thisArg: Any) {
    if (isPlainToCopy(items) || typeof items === 'string' || items === undefined || items === null) return apply(from, this, arguments as Any);
    if (mapper !== undefined && typeof mapper !== 'function') return apply(from, this, [[], mapper]);
    const iterate = items[iterator];
    if (iterate === undefined || iterate === null) return steps.from(this, [items, mapper, thisArg]);
    // Asked for once: an iterator is stopped between its elements, a claimed length is not.
    return apply(from, this, [{ [iterator]: () => apply(iterate, items, []) as Any }, mapper, thisArg] as Any);
  },
});
