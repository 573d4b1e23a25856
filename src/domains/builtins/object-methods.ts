/**
 * What lists the properties of something. A text or a typed array has one for each element that takes no room until it is listed: of ten million characters the entries are gigabytes. So those are charged, and
 * JSON is measured before it is read.
 */
import { isStringObject, isTypedArray } from 'node:util/types';
import { charge, fits, isPlain, replace, settle, tick } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;
const { isArray } = Array;
const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as Any;
const elementsOf = Object.getOwnPropertyDescriptor(typedArrays, 'length')?.get as () => number | undefined;
const { keys, values, entries, getOwnPropertyNames, getOwnPropertyDescriptors, assign, create, defineProperties, isFrozen, isSealed, seal } = Object;
const { ownKeys } = Reflect;
const { parse, stringify } = JSON;
const { charCodeAt } = String.prototype;

/** A slot and what it holds: the number as text, the pair, the descriptor. */
const KEY_BYTES = 40;
const VALUE_BYTES = 24;
const ENTRY_BYTES = 120;
const DESCRIPTOR_BYTES = 200;

/** How many elements something has that are no memory of their own yet. What is asked for one more time here is nothing that an extension can see. */
function elements(of: Any): number {
  if (typeof of === 'string') return of.length;
  if (typeof of !== 'object' || of === null) return 0;
  if (isArray(of)) return 0;
  if (isTypedArray(of)) return apply(elementsOf, of, []) ?? 0;
  return isStringObject(of) ? String.prototype.valueOf.call(of).length : 0;
}

/** Lists, once it is clear that there is room. What is long is looked at afterwards: its elements were no memory before. */
function listed<List>(of: Any, bytes: number, list: () => List): List {
  charge(elements(of) * bytes);
  return settledList(list(), bytes);
}

function settledList<List>(list: List, bytes: number): List {
  settle((list as Any).length * bytes);
  return list;
}

/** Charges what listing the properties of something takes where an operator does it: for-in, and spreading as an object. Answers what it was given. */
export function chargeListing(of: unknown): unknown {
  if (isPlain(of)) charge(of.length * KEY_BYTES);
  else if (typeof of === 'string' || (typeof of === 'object' && of !== null)) charge(elements(of) * ENTRY_BYTES);
  return of;
}

/** Charges what spreading as a list takes. Answers what it was given. */
export function chargeSpread(of: unknown): unknown {
  if (typeof of === 'string' || isPlain(of)) charge(of.length * 8);
  return of;
}

const isLight = (value: Any): boolean => typeof value === 'object' && value !== null && !isTypedArray(value) && !isStringObject(value);

replace(Object, {
  keys(of: Any) {
    return isLight(of) ? settledList(keys(of), KEY_BYTES) : listed(of, KEY_BYTES, () => keys(of));
  },
  values(of: Any) {
    return isLight(of) ? settledList(values(of), VALUE_BYTES) : listed(of, VALUE_BYTES, () => values(of));
  },
  entries(of: Any) {
    return isLight(of) ? settledList(entries(of), ENTRY_BYTES) : listed(of, ENTRY_BYTES, () => entries(of));
  },
  getOwnPropertyNames(of: Any) {
    return listed(of, KEY_BYTES, () => getOwnPropertyNames(of));
  },
  getOwnPropertyDescriptors(of: Any) {
    charge(elements(of) * DESCRIPTOR_BYTES);
    return getOwnPropertyDescriptors(of);
  },
  assign(_target: Any) {
    for (let n = 1; n < arguments.length; n++) charge(elements(arguments[n]) * KEY_BYTES);
    return apply(assign, Object, arguments as unknown as [object]);
  },
});

replace(Object, {
  create(prototype: Any, properties: Any) {
    if (properties === undefined) return create(prototype) as unknown;
    charge(elements(properties) * DESCRIPTOR_BYTES);
    return create(prototype, properties) as unknown;
  },
  defineProperties(target: Any, properties: Any) {
    charge(elements(properties) * DESCRIPTOR_BYTES);
    return defineProperties(target, properties) as unknown;
  },
  isFrozen(of: Any) {
    charge(elements(of) * KEY_BYTES);
    return isFrozen(of);
  },
  isSealed(of: Any) {
    charge(elements(of) * KEY_BYTES);
    return isSealed(of);
  },
  seal(of: Any) {
    charge(elements(of) * KEY_BYTES);
    return seal(of) as unknown;
  },
});

replace(Reflect, {
  ownKeys(of: Any) {
    return listed(of, KEY_BYTES, () => ownKeys(of));
  },
});

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What each of these makes: an array or an object; a slot. */
const MADE_BYTES: { readonly [code: number]: number } = { 0x5b: 64, 0x7b: 64, 0x2c: 24, 0x3a: 24 };
const MOST_BYTES_A_CHARACTER = 64;

/** At most so many bytes is what a text of JSON stands for. */
function bytesOf(text: string): number {
  let bytes = text.length;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = apply(charCodeAt, text, [at]) as number;
    if (code === QUOTE) {
      quoted = !quoted;
      bytes += 12;
    } else if (quoted) at += code === BACKSLASH ? 1 : 0;
    else bytes += MADE_BYTES[code] ?? 0;
    if ((at & 1023) === 0) tick();
  }
  return bytes;
}

replace(JSON, {
  parse(source: Any, reviver: Any) {
    const text = `${source}`;
    if (!fits(text.length * MOST_BYTES_A_CHARACTER)) charge(bytesOf(text));
    return parse(text, reviver) as unknown;
  },
  stringify(value: Any, replacer: Any, space: Any) {
    const text = stringify(value, replacer, space);
    if (text !== undefined) settle(text.length);
    return text;
  },
});
