/**
 * The methods of strings that can make much of little. What a result needs is charged before it is made where that is known, and looked at as soon as it is made where not: V8 lets no string be longer than 2 ** 29
 * characters. Only what is long is looked at: everything else is V8's own at once.
 */
import { isRegExp } from 'node:util/types';
import { integer } from './array-operations.js';
import { substitute } from './regexp-operations.js';
import { charge, fits, replace, settle, tick } from './taming.js';
import { cutAt, find, isLongSearch, replaceFound, SHORT_SEARCH } from './text-search.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;
const natives = String.prototype as Any;
const {
  repeat,
  padStart,
  padEnd,
  split,
  indexOf,
  lastIndexOf,
  includes,
  replace: replaceNatively,
  replaceAll,
  normalize,
  toUpperCase,
  toLowerCase,
  toWellFormed,
} = natives;

/** Shorter ones are not looked at. */
const LONG = 2 ** 13;
/** V8 hands texts to its library for languages in one step, and some characters become eighteen. */
const LONGEST_TO_NORMALIZE = 2 ** 22;
const MOST_CHARACTERS = 2 ** 29;

const isObject = (value: unknown): boolean => (typeof value === 'object' && value !== null) || typeof value === 'function';
const isShort = (value: unknown): boolean => typeof value === 'string' && value.length < LONG;

function text(self: unknown): string {
  if (self === undefined || self === null) throw new TypeError('String.prototype method called on null or undefined');
  return `${self as string}`;
}

function settled<Made>(made: Made): Made {
  if (typeof made === 'string' && made.length >= LONG) settle(made.length);
  return made;
}

function pad(method: Any, self: unknown, args: ArrayLike<Any>): string {
  const padded = text(self);
  const length = +args[0];
  if (length > LONG && length < MOST_CHARACTERS) charge(length);
  return settled(apply(method, padded, [length, args[1]]) as string);
}

/** How often `part` stands in `whole`, without overlapping; `most` at the most. */
function occurrences(whole: string, part: string, most: number): number {
  if (part === '') return Math.min(whole.length + 1, most);
  let count = 0;
  for (let at = apply(indexOf, whole, [part]) as number; at >= 0 && count < most; at = apply(indexOf, whole, [part, at + part.length]) as number) {
    tick();
    count++;
  }
  return count;
}

const PIECE_BYTES = 32;

/** Charges what cutting `whole` at each `separator` makes. It is counted only where the worst would not fit. */
function chargePieces(whole: string, separator: string, limit: number): void {
  const worst = Math.min(Math.floor(whole.length / Math.max(separator.length, 1)) + 1, limit);
  // A single character costs nothing beside its slot, if it is not too special.
  const bytes = separator === '' ? 12 : PIECE_BYTES + 8;
  charge((fits(worst * bytes) ? 1 : occurrences(whole, separator, limit) + 1) * bytes);
}

/** As a function, a template with many `$` goes in steps. */
function expanding(template: string): (matched: string, position: number, whole: string) => string {
  return (matched, position, whole) => {
    const made = substitute(template, { matched, text: whole, position, captures: [], named: undefined });
    charge(made.length);
    return made;
  };
}

/** What stands in the place of a part that was found. */
function replacing(whole: string, part: string, by: Any, written: string): (position: number) => string {
  if (typeof by === 'function') return (position) => `${by(part, position, whole)}`;
  return written.includes('$') ? (position) => expanding(written)(part, position, whole) : () => written;
}

function isLikeRegExp(value: Any): boolean {
  const matcher = value[Symbol.match];
  return matcher === undefined ? isRegExp(value) : Boolean(matcher);
}

/** Charges the result of replacing all `wanted` by a text that is longer. */
function chargeReplaced(whole: string, wanted: string, by: string): void {
  const worst = whole.length + (whole.length / Math.max(wanted.length, 1) + 1) * by.length;
  if (fits(worst)) return;
  charge(Math.min(whole.length + occurrences(whole, wanted, Number.POSITIVE_INFINITY) * by.length, MOST_CHARACTERS));
}

function normalizable(whole: string): string {
  if (whole.length > LONGEST_TO_NORMALIZE)
    throw new RangeError(`Invalid string length: a domain normalizes texts of ${LONGEST_TO_NORMALIZE} characters at the most`);
  return whole;
}

replace(String.prototype, {
  indexOf(this: Any, wanted: Any, position: Any) {
    if (typeof this === 'string' && typeof wanted === 'string' && wanted.length < SHORT_SEARCH) return apply(indexOf, this, arguments);
    const whole = text(this);
    const part = `${wanted}`;
    const from = integer(position);
    return isLongSearch(whole, part) ? find(whole, part, Math.max(from, 0), 1) : apply(indexOf, whole, [part, from]);
  },
  lastIndexOf(this: Any, wanted: Any, position: Any) {
    if (typeof this === 'string' && typeof wanted === 'string' && wanted.length < SHORT_SEARCH) return apply(lastIndexOf, this, arguments);
    const whole = text(this);
    const part = `${wanted}`;
    const from = +position;
    return isLongSearch(whole, part) ? find(whole, part, from !== from ? Infinity : Math.max(integer(from), 0), -1) : apply(lastIndexOf, whole, [part, from]);
  },
  includes(this: Any, wanted: Any, position: Any) {
    if (typeof this === 'string' && typeof wanted === 'string' && wanted.length < SHORT_SEARCH) return apply(includes, this, arguments);
    const whole = text(this);
    if (isObject(wanted) && isLikeRegExp(wanted)) throw new TypeError('First argument to String.prototype.includes must not be a regular expression');
    const part = `${wanted}`;
    const from = integer(position);
    return isLongSearch(whole, part) ? find(whole, part, Math.max(from, 0), 1) >= 0 : apply(includes, whole, [part, from]);
  },
  repeat(this: Any, count: Any) {
    const repeated = text(this);
    const times = +count;
    const length = repeated.length * times;
    if (length > LONG && length < MOST_CHARACTERS) charge(length);
    return apply(repeat, repeated, [times]);
  },
  padStart(this: Any) {
    return pad(padStart, this, arguments);
  },
  padEnd(this: Any) {
    return pad(padEnd, this, arguments);
  },
  split(this: Any, separator: Any, limit: Any) {
    if (isShort(this) || (typeof separator === 'object' && separator !== null) || typeof separator === 'function') return apply(split, this, arguments);
    const whole = text(this);
    const most = limit === undefined ? 2 ** 32 - 1 : limit >>> 0;
    if (separator === undefined) return apply(split, whole, [separator, most]);
    const between = `${separator}`;
    if (isLongSearch(whole, between)) return cutAt(whole, between, most);
    chargePieces(whole, between, most);
    return apply(split, whole, [between, most]);
  },
  replace(this: Any, wanted: Any, by: Any) {
    if (typeof wanted === 'string' && isShort(this) && (isShort(by) || typeof by === 'function')) return apply(replaceNatively, this, arguments);
    if (this !== undefined && this !== null && isObject(wanted)) {
      const method = wanted[Symbol.replace];
      if (method !== undefined && method !== null) return apply(method, wanted, [this, by]);
    }
    const whole = text(this);
    const part = `${wanted}`;
    const written = typeof by === 'function' ? '' : `${by}`;
    if (isLongSearch(whole, part)) return settled(replaceFound(whole, part, false, replacing(whole, part, by, written)));
    if (typeof by === 'function') return settled(apply(replaceNatively, whole, [part, by]));
    return settled(apply(replaceNatively, whole, [part, written.includes('$') ? expanding(written) : written]));
  },
  replaceAll(this: Any, wanted: Any, by: Any) {
    if (typeof wanted === 'string' && isShort(this) && typeof by === 'string' && by.length < 64) return apply(replaceAll, this, arguments);
    if (this !== undefined && this !== null && isObject(wanted)) {
      if (isLikeRegExp(wanted)) {
        const { flags } = wanted;
        if (flags === undefined || flags === null || !`${flags}`.includes('g')) throw new TypeError('replaceAll must be called with a global RegExp');
      }
      const method = wanted[Symbol.replace];
      if (method !== undefined && method !== null) return settled(apply(method, wanted, [this, by]));
    }
    const whole = text(this);
    const part = `${wanted}`;
    const written = typeof by === 'function' ? '' : `${by}`;
    if (isLongSearch(whole, part)) return settled(replaceFound(whole, part, true, replacing(whole, part, by, written)));
    if (typeof by === 'function') return settled(apply(replaceAll, whole, [part, by]));
    if (written.includes('$')) return settled(apply(replaceAll, whole, [part, expanding(written)]));
    chargeReplaced(whole, part, written);
    return settled(apply(replaceAll, whole, [part, written]));
  },
  normalize(this: Any, form: Any) {
    if (isShort(this)) return apply(normalize, this, arguments);
    return settled(apply(normalize, normalizable(text(this)), [form]));
  },
  toUpperCase(this: Any) {
    return isShort(this) ? apply(toUpperCase, this, arguments) : settled(apply(toUpperCase, this, arguments));
  },
  toLowerCase(this: Any) {
    return isShort(this) ? apply(toLowerCase, this, arguments) : settled(apply(toLowerCase, this, arguments));
  },
  toWellFormed(this: Any) {
    return settled(apply(toWellFormed, this, arguments));
  },
});

replace(String, {
  /** In steps, because the array of texts may be whatever claims a length. */
  raw(template: Any, ...substitutions: Any[]) {
    const { raw } = Object(template);
    const texts = Object(raw);
    const length = Math.trunc(+texts.length) || 0;
    let made = '';
    for (let k = 0; k < length; k++) {
      tick();
      made += `${texts[k]}`;
      if (k < substitutions.length && k + 1 < length) made += `${substitutions[k]}`;
    }
    return made;
  },
});
