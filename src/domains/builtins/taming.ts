/**
 * How built-ins are replaced, and the account that the replacements keep.
 *
 * A built-in of V8 is one step to everything around it: it cannot be interrupted, and V8 ends the whole process when what it wants to allocate does not fit. So what can walk far goes on in steps here, where
 * `terminate()` ends it, and what can allocate much is charged before it is called.
 *
 * Imported before SES, which freezes what it finds. A replacement has the name, the length and the attributes of what it replaces.
 */
import { isProxy } from 'node:util/types';

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { apply, construct, getPrototypeOf, ownKeys, setPrototypeOf } = Reflect;
const { isArray } = Array;

/** What one call may allocate unasked. Little, because a row of calls without a loop between them passes no checkpoint. */
const UNASKED_BYTES = 2 ** 8;
/** The account is looked at when so much has been charged. */
const LOOK_BYTES = 2 ** 20;
/** Shorter texts do not count. */
const LONG_TEXT = 2 ** 13 - 1;
/** Steps of a walk between two looks. */
const STEPS = 1024;

export interface Meter {
  /** Throws the domain's panic where so many bytes more exceed its quota. */
  reserve(bytes: number): void;
  /** Whether so many bytes more would certainly stay within the quota. */
  fits(bytes: number): boolean;
  /** Answers how many characters of long text may yet be made. Throws the domain's panic where a text of so many could not be read within the quota. */
  text(length: number): number;
  /** There is a BigInt whose copies no operator counts. */
  noteLargeBigInt(): void;
}

let meter: Meter = { reserve() {}, fits: () => true, text: () => Number.POSITIVE_INFINITY, noteLargeBigInt() {} };
/** The longest array that a built-in walks in one step: what the quota would hold. */
let most = 2 ** 25;
let charged = 0;
let steps = 0;
let textLeft = 0;
/** Whether a proxy of an array was ever made. Until then, what is an array has the length that it says. */
let hasArrayProxies = false;

/** From here on what is called counts for this domain. */
export function startMetering(of: Meter): void {
  meter = of;
}

/** Sets how many elements are walked in one step, from the quota in bytes. */
export function setWalkLimit(quotaBytes: number): void {
  most = Math.min(2 ** 25, Math.floor(quotaBytes / 8));
}

/** Counts bytes that the next step will allocate. Throws the domain's panic where they exceed its quota. */
export function charge(bytes: number): void {
  if (bytes < UNASKED_BYTES) return;
  charged += bytes;
  if (charged < LOOK_BYTES) return;
  charged = 0;
  meter.reserve(bytes);
}

/** Looks at what a step has allocated whose size nobody could know before. */
export function settle(bytes: number): void {
  if (bytes >= UNASKED_BYTES && (charged += bytes) >= LOOK_BYTES) look();
}

function look(): void {
  charged = 0;
  meter.reserve(0);
}

export function fits(bytes: number): boolean {
  return bytes < LOOK_BYTES || meter.fits(bytes);
}

/** Counts a text that takes its length only when it is read. */
export function grown<Made>(made: Made): Made {
  if (typeof made === 'string' && made.length > LONG_TEXT && (textLeft -= made.length) < 0) textLeft = meter.text(made.length);
  return made;
}

/** Counts a part of a text, which takes its length only when it becomes a key: so what others have taken is looked at, and this one is not judged. */
export function cut<Made>(made: Made): Made {
  if (typeof made === 'string' && made.length > LONG_TEXT && (textLeft -= made.length) < 0) textLeft = meter.text(0);
  return made;
}

export function noteLargeBigInt(): void {
  meter.noteLargeBigInt();
}

/** Counts a step of a walk that no checkpoint of the build sees. */
export function tick(): void {
  if (++steps < STEPS) return;
  steps = 0;
  look();
}

/** Whether it is an array that can be handed to V8: it has the length that it says, and that is not beyond what the quota holds. */
export function isPlain(value: unknown): value is unknown[] {
  return isArray(value) && !(hasArrayProxies && isProxy(value)) && value.length <= most;
}

/** As isPlain, for calls that make an array as long as this one. */
export function isPlainToCopy(value: unknown): value is unknown[] {
  if (!isPlain(value)) return false;
  charge(value.length * 8);
  return true;
}

const replacements = new WeakSet<object>();

/** Puts functions in the place of those that have the same keys in `holder`. Keys that this version of Node does not have are left out. */
export function replace(holder: object, made: object): void {
  for (const key of ownKeys(made)) {
    const native = getOwnPropertyDescriptor(holder, key);
    if (native === undefined) continue;
    const own = getOwnPropertyDescriptor(made, key) as PropertyDescriptor;
    for (const part of ['value', 'get'] as const) {
      const replacement = own[part] as object | undefined;
      if (replacement === undefined) continue;
      for (const property of ['length', 'name'] as const)
        defineProperty(replacement, property, getOwnPropertyDescriptor(native[part] as object, property) as PropertyDescriptor);
      replacements.add(replacement);
      native[part] = replacement as never;
    }
    defineProperty(holder, key, native);
  }
}

/** Gives it the text of what belongs to the language. */
export const passAsNative = (replacement: object): void => void replacements.add(replacement);

/** Puts a constructor in the place of the engine's, with all that stands on that one. */
export function takePlace(name: string, native: object, guarded: object): void {
  for (const key of ownKeys(native)) defineProperty(guarded, key, getOwnPropertyDescriptor(native, key) as PropertyDescriptor);
  setPrototypeOf(guarded, getPrototypeOf(native) as object | null);
  const { prototype } = native as { prototype: object };
  defineProperty(prototype, 'constructor', { ...getOwnPropertyDescriptor(prototype, 'constructor'), value: guarded });
  defineProperty(globalThis, name, { ...getOwnPropertyDescriptor(globalThis, name), value: guarded });
  passAsNative(guarded);
}

/** A constructor that looks at its arguments before the true one has them. It is the true one to whoever looks at it. */
export function guardConstructor<Constructor extends object>(native: Constructor, look: (args: unknown[]) => void): Constructor {
  const guarded: Constructor = new NativeProxy(native, {
    construct(target, args: unknown[], newTarget): object {
      look(args);
      return construct(target as never, args, newTarget === guarded ? (target as never) : newTarget) as object;
    },
  });
  passAsNative(guarded);
  const prototype = (native as { prototype?: object }).prototype;
  if (prototype !== undefined) defineProperty(prototype, 'constructor', { ...getOwnPropertyDescriptor(prototype, 'constructor'), value: guarded });
  return guarded;
}

const NativeProxy = Proxy;
const { revocable } = Proxy;
const noteProxy = (target: unknown): void => {
  // A proxy of a proxy says nothing new, and asking it would walk down all of them.
  if (!hasArrayProxies && !isProxy(target) && isArray(target)) hasArrayProxies = true;
};
replace(Proxy, {
  revocable(target: object, handler: ProxyHandler<object>) {
    noteProxy(target);
    return apply(revocable, Proxy, [target, handler]) as unknown;
  },
});
defineProperty(globalThis, 'Proxy', {
  ...getOwnPropertyDescriptor(globalThis, 'Proxy'),
  value: guardConstructor(Proxy, ([target]) => noteProxy(target)),
});

const { toString } = Function.prototype;
replace(Function.prototype, {
  toString(this: unknown) {
    // Libraries tell by this text what belongs to the language.
    if (replacements.has(this as object)) return `function ${String(getOwnPropertyDescriptor(this as object, 'name')?.value)}() { [native code] }`;
    return apply(toString, this, []) as string;
  },
});
