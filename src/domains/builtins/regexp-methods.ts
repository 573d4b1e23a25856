/**
 * Regular expressions: patterns are bounded before V8 sees them, and what goes through a whole text goes in steps. The methods are written from ECMA-262, 22.2.6: the same reads, writes and calls in the same order. Since
 * lockdown takes V8's short cuts away, they are quicker than the engine's own.
 */
import { isRegExp } from 'node:util/types';
import { asText, lengthOf } from './array-operations.js';
import { advance, bounded, execute, isPristine, modeOf, regExpObject, speciesOf, substitute, toLength } from './regexp-operations.js';
import { charge, passAsNative, replace, tick } from './taming.js';

/* oxlint-disable typescript/no-explicit-any -- these run over whatever an extension hands them */
type Any = any;

const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect;
const Native = RegExp;
const { species, match, matchAll, replace: replaceKey, search, split } = Symbol;
const nativeMatchAll = (Native.prototype as Any)[matchAll];
const { matchAll: nativeTextMatchAll } = String.prototype as Any;
const MOST_PIECES = 2 ** 32 - 1;

/** Makes one of what is none, of texts, in the order in which the constructor asks for them. `newTarget` is undefined where it was called as a function, which answers what is one already. */
function make(pattern: Any, flags: Any, newTarget: Any): Any {
  const target = newTarget === Guarded || newTarget === undefined ? Native : newTarget;
  const isObject = (typeof pattern === 'object' && pattern !== null) || typeof pattern === 'function';
  if (newTarget !== undefined && isObject && isRegExp(pattern)) return construct(Native, [pattern, flags], target);
  let from = pattern;
  let given = flags;
  if (isObject) {
    const matcher = pattern[match];
    const isLike = matcher === undefined ? isRegExp(pattern) : Boolean(matcher);
    if (newTarget === undefined && isLike && flags === undefined && pattern.constructor === Guarded) return pattern;
    if (isRegExp(pattern)) return construct(Native, [pattern, flags], target);
    if (isLike) {
      from = pattern.source;
      if (flags === undefined) given = pattern.flags;
    }
  }
  return construct(Native, [bounded(from === undefined ? '' : `${from}`), given === undefined ? '' : `${given}`], target);
}

const Guarded: Any = new Proxy(Native, {
  // By index: in a locked realm what takes arrays apart is slow.
  construct: (_, args: Any[], newTarget) => make(args[0], args[1], newTarget) as object,
  apply: (_, __, args: Any[]) => make(args[0], args[1], undefined) as unknown,
});
passAsNative(Guarded);
defineProperty(Native.prototype, 'constructor', { ...getOwnPropertyDescriptor(Native.prototype, 'constructor'), value: Guarded });
defineProperty(globalThis, 'RegExp', { ...getOwnPropertyDescriptor(globalThis, 'RegExp'), value: Guarded });

/** What a global search finds, or the first match alone. */
function matches(rx: Any, text: string, isGlobal: boolean, isUnicode: boolean): Any[] {
  const found: Any[] = [];
  if (isGlobal) rx.lastIndex = 0;
  for (let result = execute(rx, text); result !== null; result = execute(rx, text)) {
    tick();
    found.push(result);
    if (!isGlobal) break;
    if (`${result[0]}` === '') rx.lastIndex = advance(text, toLength(rx.lastIndex), isUnicode);
  }
  return found;
}

/** Between the matches, with what the groups of each captured. A search that may go on from where it stands takes the place of one try at each index, where nobody can tell. */
function pieces(text: string, splitter: Any, isUnicode: boolean, most: number, isSearch: boolean): Any[] {
  const made: Any[] = [];
  const { length } = text;
  if (length === 0) return execute(splitter, text) === null ? [text] : made;
  let start = 0;
  for (let at = 0; at < length; ) {
    tick();
    splitter.lastIndex = at;
    const found = execute(splitter, text);
    if (found === null && isSearch) break;
    const end = found === null ? start : Math.min(toLength(splitter.lastIndex), length);
    const from = isSearch ? (found.index as number) : at;
    if (from >= length) break;
    if (end === start) {
      at = advance(text, from, isUnicode);
      continue;
    }
    made.push(text.slice(start, from));
    if (made.length === most) return made;
    start = end;
    const groups = Math.max(lengthOf(found) - 1, 0);
    for (let n = 1; n <= groups; n++) {
      tick();
      made.push(found[n]);
      if (made.length === most) return made;
    }
    at = start;
  }
  made.push(text.slice(start));
  return made;
}

replace(Native.prototype, {
  [match](this: unknown, string: unknown) {
    const rx = regExpObject(this);
    const text = asText(string);
    const mode = modeOf(rx, true);
    if (mode === '') return execute(rx, text);
    rx.lastIndex = 0;
    const found: string[] = [];
    for (let result = execute(rx, text); result !== null; result = execute(rx, text)) {
      tick();
      const matched = `${result[0]}`;
      found.push(matched);
      if (matched === '') rx.lastIndex = advance(text, toLength(rx.lastIndex), mode === 'gu');
    }
    return found.length === 0 ? null : found;
  },
  [matchAll](this: unknown, string: unknown) {
    if (isPristine(this)) return apply(nativeMatchAll, this, [string as string]);
    const rx = regExpObject(this);
    const text = asText(string);
    const Maker = speciesOf(rx, Guarded);
    const flags = `${rx.flags}`;
    const matcher = new Maker(rx, flags);
    // The engine makes the iterator, from what answers it as this did.
    const answers = {
      constructor: {
        [species]: function () {
          return matcher as unknown;
        },
      },
      flags,
      lastIndex: toLength(rx.lastIndex),
    };
    return apply(nativeMatchAll, answers as never, [text]);
  },
  [replaceKey](this: unknown, string: unknown, by: Any) {
    const rx = regExpObject(this);
    const text = asText(string);
    const isFunction = typeof by === 'function';
    const template = isFunction ? '' : `${by}`;
    const isTemplate = template.includes('$');
    const mode = modeOf(rx, false);
    let made = '';
    let next = 0;
    const found = matches(rx, text, mode !== '', mode === 'gu');
    for (let at = 0; at < found.length; at++) {
      tick();
      const result = found[at];
      const groups = Math.max(lengthOf(result) - 1, 0);
      const matched = `${result[0]}`;
      const position = Math.max(Math.min(toLength(result.index), text.length), 0);
      const captures: (string | undefined)[] = [];
      for (let n = 1; n <= groups; n++) {
        tick();
        const captured = result[n];
        captures.push(captured === undefined ? undefined : `${captured}`);
      }
      let named = result.groups;
      let replacement = template;
      if (isFunction) {
        const args: Any[] = [matched];
        for (let n = 0; n < captures.length; n++) args.push(captures[n]);
        args.push(position, text);
        if (named !== undefined) args.push(named);
        replacement = asText(apply(by, undefined, args));
      } else {
        if (named === null) throw new TypeError('Cannot convert undefined or null to object');
        if (named !== undefined) named = Object(named);
        if (isTemplate) replacement = substitute(template, { matched, text, position, captures, named });
      }
      if (position < next) continue;
      made += text.slice(next, position) + replacement;
      next = position + matched.length;
    }
    if (next === 0 && made === '') return text;
    if (next < text.length) made += text.slice(next);
    charge(made.length);
    return made;
  },
  [split](this: unknown, string: unknown, limit: Any) {
    const isPlain = isPristine(this);
    const rx = regExpObject(this);
    const text = asText(string);
    const Maker = isPlain ? Native : speciesOf(rx, Guarded);
    const flags = `${rx.flags}`;
    const isSearch = isPlain && !flags.includes('y');
    const splitter = isSearch ? new Native(rx, flags.includes('g') ? flags : `${flags}g`) : new Maker(rx, flags.includes('y') ? flags : `${flags}y`);
    const most = limit === undefined ? MOST_PIECES : limit >>> 0;
    return most === 0 ? [] : pieces(text, splitter, flags.includes('u') || flags.includes('v'), most, isSearch);
  },
});

/** A method of texts that makes a regular expression of what is none. */
function matching(self: unknown, pattern: Any, key: symbol): Any {
  if (self === undefined || self === null) throw new TypeError('String.prototype method called on null or undefined');
  const method = (typeof pattern === 'object' && pattern !== null) || typeof pattern === 'function' ? pattern[key] : undefined;
  if (method !== undefined && method !== null) return apply(method, pattern, [self]);
  const text = asText(self);
  return (new Native(pattern === undefined ? '' : bounded(`${pattern}`)) as Any)[key](text);
}

replace(String.prototype, {
  match(this: unknown, pattern: Any) {
    return matching(this, pattern, match);
  },
  search(this: unknown, pattern: Any) {
    return matching(this, pattern, search);
  },
  matchAll(this: unknown, pattern: Any) {
    if (this === undefined || this === null || pattern === undefined || pattern === null) return apply(nativeTextMatchAll, this, [pattern]);
    if (typeof pattern === 'object' || typeof pattern === 'function') {
      const matcher = pattern[match];
      if (matcher === undefined ? isRegExp(pattern) : Boolean(matcher)) {
        const { flags } = pattern;
        if (flags === undefined || flags === null || !`${flags}`.includes('g'))
          throw new TypeError('String.prototype.matchAll called with a non-global RegExp argument');
      }
      const method = pattern[matchAll];
      if (method !== undefined && method !== null) return apply(method, pattern, [this]);
    }
    const text = asText(this);
    return (new Native(bounded(`${pattern}`), 'g') as Any)[matchAll](text);
  },
});
