/**
 * The methods of arrays in single steps, for whatever claims a length that it may not have: array-likes, proxies, arrays longer than the quota could hold. Written from ECMA-262, 23.1.3: the same reads, writes and
 * calls in the same order, so that nobody can tell but by time. Each step is one that `terminate()` can end, and memory is looked at as they go.
 */
import {
  MOST_LENGTH,
  beyond,
  callable,
  comparatorOf,
  created,
  flatten,
  fold,
  found,
  fresh,
  indices,
  integer,
  isSpread,
  lengthOf,
  listed,
  move,
  object,
  put,
  relative,
  remove,
  removed,
  search,
  shown,
} from './array-operations.js';
import { sortList } from './sorting.js';
import { tick } from './taming.js';

/* oxlint-disable typescript/no-explicit-any -- these run over whatever an extension hands them */
type Any = any;

const { apply, construct } = Reflect;
const { is } = Object;
const { push } = Array.prototype;

type Step = (self: unknown, args: readonly Any[]) => Any;

export const steps: { readonly [method: string]: Step } = {
  indexOf(self, [wanted, from]) {
    const o = object(self);
    const length = lengthOf(o);
    if (length === 0) return -1;
    return search(o, relative(from, length), 1, length, (value) => value === wanted, true);
  },
  lastIndexOf(self, args) {
    const o = object(self);
    const length = lengthOf(o);
    if (length === 0) return -1;
    const from = args.length > 1 ? integer(args[1]) : length - 1;
    return search(o, from < 0 ? length + from : Math.min(from, length - 1), -1, length, (value) => value === args[0], true);
  },
  includes(self, [wanted, from]) {
    const o = object(self);
    const length = lengthOf(o);
    if (length === 0) return false;
    return search(o, relative(from, length), 1, length, (value) => value === wanted || (is(value, wanted) && wanted !== wanted)) >= 0;
  },
  fill(self, [value, start, end]) {
    const o = object(self);
    const length = lengthOf(o);
    const from = relative(start, length);
    const to = end === undefined ? length : relative(end, length);
    for (let k = from; k < to; k++) {
      tick();
      o[k] = value;
    }
    return o;
  },
  slice(self, [start, end]) {
    const o = object(self);
    const length = lengthOf(o);
    const from = relative(start, length);
    const to = end === undefined ? length : relative(end, length);
    const made = created(o, Math.max(to - from, 0));
    let n = 0;
    for (let k = from; k < to; k++, n++) {
      tick();
      if (k in o) put(made, n, o[k]);
    }
    made.length = n;
    return shown(made);
  },
  splice(self, args) {
    const o = object(self);
    const length = lengthOf(o);
    const start = relative(args[0], length);
    const items = args.slice(2);
    const gone = removed(args, length, start);
    if (length + items.length - gone > MOST_LENGTH) beyond();
    const made = created(o, gone);
    for (let k = 0; k < gone; k++) {
      tick();
      if (start + k in o) put(made, k, o[start + k]);
    }
    made.length = gone;
    const rest = length - gone - start;
    if (items.length !== gone) move(o, start + gone, start + items.length, rest, items.length > gone);
    for (let k = length; k > length - gone + items.length; k--) {
      tick();
      remove(o, k - 1);
    }
    for (const [n, item] of items.entries()) o[start + n] = item;
    o.length = length - gone + items.length;
    return shown(made);
  },
  reverse(self) {
    const o = object(self);
    const length = lengthOf(o);
    const middle = Math.floor(length / 2);
    for (let low = 0; low < middle; low++) {
      tick();
      const high = length - low - 1;
      const hasLow = low in o;
      const first = hasLow ? o[low] : undefined;
      const hasHigh = high in o;
      const last = hasHigh ? o[high] : undefined;
      if (hasHigh) o[low] = last;
      else if (hasLow) remove(o, low);
      if (hasLow) o[high] = first;
      else if (hasHigh) remove(o, high);
    }
    return o;
  },
  copyWithin(self, [target, start, end]) {
    const o = object(self);
    const length = lengthOf(o);
    const to = relative(target, length);
    const from = relative(start, length);
    const final = end === undefined ? length : relative(end, length);
    const count = Math.min(final - from, length - to);
    if (count > 0) move(o, from, to, count, from < to && to < from + count);
    return o;
  },
  sort(self, args) {
    const comparator = comparatorOf(args[0]);
    const o = object(self);
    const length = lengthOf(o);
    // As V8 does it: one element is in order unseen.
    if (length < 2) return o;
    const list: Any[] = [];
    for (const k of indices(o, length)) apply(push, list, [o[k]]);
    sortList(list, comparator);
    for (let k = 0; k < list.length; k++) o[k] = list[k];
    for (let k = list.length; k < length; k++) {
      tick();
      remove(o, k);
    }
    return o;
  },
  join(self, [separator]) {
    const o = object(self);
    const length = lengthOf(o);
    const between = separator === undefined ? ',' : `${separator}`;
    let text = '';
    for (let k = 0; k < length; k++) {
      tick();
      const element = o[k];
      text += `${k > 0 ? between : ''}${element === undefined || element === null ? '' : `${element}`}`;
    }
    return text;
  },
  concat(self, args) {
    const o = object(self);
    const made = created(o, 0);
    let n = 0;
    for (const item of [o, ...args]) {
      if (!isSpread(item)) {
        if (n >= MOST_LENGTH) beyond();
        put(made, n++, item);
        continue;
      }
      const length = lengthOf(item);
      if (n + length > MOST_LENGTH) beyond();
      for (const k of indices(item, length)) put(made, n + k, item[k]);
      n += length;
    }
    made.length = n;
    return shown(made);
  },
  flat(self, args) {
    const depth = args[0];
    const o = object(self);
    const length = lengthOf(o);
    const deep = depth === undefined ? 1 : Math.max(integer(depth), 0);
    const made = created(o, 0);
    flatten(made, o, length, 0, deep);
    return shown(made);
  },
  flatMap(self, args) {
    const o = object(self);
    const length = lengthOf(o);
    const mapper = callable(args[0]);
    const made = created(o, 0);
    flatten(made, o, length, 0, 1, mapper, args[1]);
    return shown(made);
  },
  forEach(self, [f, thisArg]) {
    const o = object(self);
    const length = lengthOf(o);
    callable(f);
    for (const k of indices(o, length)) apply(f, thisArg, [o[k], k, o]);
  },
  map(self, [f, thisArg]) {
    const o = object(self);
    const length = lengthOf(o);
    callable(f);
    const made = created(o, length);
    for (const k of indices(o, length)) put(made, k, apply(f, thisArg, [o[k], k, o]));
    return shown(made);
  },
  filter(self, [f, thisArg]) {
    const o = object(self);
    const length = lengthOf(o);
    callable(f);
    const made = created(o, 0);
    let n = 0;
    for (const k of indices(o, length)) {
      const value = o[k];
      if (apply(f, thisArg, [value, k, o])) put(made, n++, value);
    }
    return shown(made);
  },
  some(self, [f, thisArg]) {
    const o = object(self);
    const length = lengthOf(o);
    callable(f);
    for (const k of indices(o, length)) if (apply(f, thisArg, [o[k], k, o])) return true;
    return false;
  },
  every(self, [f, thisArg]) {
    const o = object(self);
    const length = lengthOf(o);
    callable(f);
    for (const k of indices(o, length)) if (!apply(f, thisArg, [o[k], k, o])) return false;
    return true;
  },
  find: (self, args) => found(self, args, 1)[1],
  findIndex: (self, args) => found(self, args, 1)[0],
  findLast: (self, args) => found(self, args, -1)[1],
  findLastIndex: (self, args) => found(self, args, -1)[0],
  reduce: (self, args) => fold(self, args, 1),
  reduceRight: (self, args) => fold(self, args, -1),
  shift(self) {
    const o = object(self);
    const length = lengthOf(o);
    if (length === 0) {
      o.length = 0;
      return undefined;
    }
    const first = o[0];
    move(o, 1, 0, length - 1, false);
    remove(o, length - 1);
    o.length = length - 1;
    return first;
  },
  unshift(self, args) {
    const o = object(self);
    const length = lengthOf(o);
    if (args.length > 0) {
      if (length + args.length > MOST_LENGTH) beyond();
      move(o, 0, args.length, length, true);
      for (const [n, item] of args.entries()) o[n] = item;
    }
    o.length = length + args.length;
    return length + args.length;
  },
  /** From an array-like: what can be iterated goes another way. */
  from(self: Any, args) {
    // By index: in a locked realm what takes arrays apart is slow.
    const o = object(args[0]);
    const mapper = args[1];
    const thisArg = args[2];
    const length = lengthOf(o);
    const made = self !== Array && isConstructor(self) ? new self(length) : fresh(length);
    for (let k = 0; k < length; k++) {
      tick();
      put(made, k, mapper === undefined ? o[k] : apply(mapper, thisArg, [o[k], k]));
    }
    made.length = length;
    return shown(made);
  },
  toReversed(self) {
    const o = object(self);
    const length = lengthOf(o);
    const made = fresh(length);
    for (let k = 0; k < length; k++) {
      tick();
      put(made, k, o[length - 1 - k]);
    }
    return shown(made);
  },
  toSorted(self, args) {
    const comparator = comparatorOf(args[0]);
    const o = object(self);
    return sortList(listed(o, lengthOf(o)), comparator);
  },
  toSpliced(self, args) {
    const o = object(self);
    const length = lengthOf(o);
    const start = relative(args[0], length);
    const items = args.slice(2);
    const gone = removed(args, length, start);
    const total = length + items.length - gone;
    if (total > MOST_LENGTH) beyond();
    const made = fresh(total);
    let n = 0;
    const copy = (from: number, to: number): void => {
      for (let k = from; k < to; k++) {
        tick();
        put(made, n++, o[k]);
      }
    };
    copy(0, start);
    for (const item of items) put(made, n++, item);
    copy(start + gone, length);
    return shown(made);
  },
  with(self, [index, value]) {
    const o = object(self);
    const length = lengthOf(o);
    const asked = integer(index);
    const at = asked < 0 ? length + asked : asked;
    if (at >= length || at < 0) throw new RangeError('Invalid index : out of range');
    const made = fresh(length);
    for (let k = 0; k < length; k++) {
      tick();
      put(made, k, k === at ? value : o[k]);
    }
    return shown(made);
  },
};

function isConstructor(value: Any): boolean {
  try {
    construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}
