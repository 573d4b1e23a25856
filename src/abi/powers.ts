/**
 * Powers: globals that a domain has only where its manifest asks for them (`uses`) and its host grants them (`globals` of load()). Data only. What each of them puts into the
 * compartment is in src/domains/globals.
 */

/** A clock that tells the time of day, in steps of `resolutionMs`; or one that stands at `fixed` and goes on by `stepMs` with each reading. */
export type ClockGrant =
  | { readonly resolutionMs: number /** Readings in a second; what exceeds them throws. */; readonly readsPerSecond: number }
  | { readonly fixed: number; readonly stepMs: number };

/** Chance from the operating system, so many bytes a second; or the same sequence for the same seed, on every machine. */
export type RandomGrant = { readonly bytesPerSecond: number } | { readonly seed: number };

/** What may be encoded, decoded or parsed in a second, and so in one call. */
export interface BytesGrant {
  readonly bytesPerSecond: number;
}

/** What a domain was granted, complete. A power that is not here does not exist for it. */
export interface GrantedPowers {
  /** Present where the language is to be the same on each version of Node (docs/fuel.md). */
  readonly profile?: 'deterministic';
  readonly clock?: ClockGrant;
  readonly random?: RandomGrant;
  readonly text?: BytesGrant;
  readonly url?: BytesGrant;
  /** Ambient, with quotas of their own among the limits: there unless they were taken away. */
  readonly console: boolean;
  readonly timers: boolean;
}

/** What a manifest may ask for. */
export const POWERS = ['clock', 'random', 'text', 'url'] as const;
export type Power = (typeof POWERS)[number];

export function isPower(name: unknown): name is Power {
  return (POWERS as readonly unknown[]).includes(name);
}

/** The option `globals` of load(): `true` grants a power as it is by default. */
export interface PowerOptions {
  readonly clock?: boolean | { readonly resolutionMs?: number; readonly readsPerSecond?: number } | { readonly fixed: number; readonly stepMs?: number };
  readonly random?: boolean | { readonly bytesPerSecond?: number } | { readonly seed: number };
  readonly text?: boolean | { readonly bytesPerSecond?: number };
  readonly url?: boolean | { readonly bytesPerSecond?: number };
  readonly console?: boolean;
  readonly timers?: boolean;
}

const MIB = 2 ** 20;
/** The first and the last moment that a Date can hold. */
const LATEST_MS = 8.64e15;

interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** Undefined where it must be said. */
  readonly byDefault?: number;
}

const RATE: Range = { least: 1, most: 2 ** 40, isWhole: true };

type Forms = { readonly [power in Power]: readonly { readonly [name: string]: Range }[] };
const FIXED: Range = { least: -LATEST_MS, most: LATEST_MS, isWhole: false };
const STEP: Range = { least: 0, most: 86_400_000, isWhole: false, byDefault: 0 };
const SEED: Range = { least: 0, most: Number.MAX_SAFE_INTEGER, isWhole: true };

/** The forms of each power, each with its numbers; the last one is what `true` means. */
const FORMS: Forms = {
  clock: [
    { fixed: FIXED, stepMs: STEP },
    { resolutionMs: { least: 0.001, most: 86_400_000, isWhole: false, byDefault: 1 }, readsPerSecond: { ...RATE, byDefault: 2 ** 40 } },
  ],
  random: [{ seed: SEED }, { bytesPerSecond: { ...RATE, byDefault: MIB } }],
  text: [{ bytesPerSecond: { ...RATE, byDefault: 64 * MIB } }],
  url: [{ bytesPerSecond: { ...RATE, byDefault: 4 * MIB } }],
};

/** Nothing that goes by a clock of this world. What is counted by the second does not run out, unless the host says so. */
const DETERMINISTIC_FORMS: Forms = {
  clock: [{ fixed: { ...FIXED, byDefault: 0 }, stepMs: { ...STEP, byDefault: 1 } }],
  random: [{ seed: { ...SEED, byDefault: 0 } }],
  text: [{ bytesPerSecond: { ...RATE, byDefault: RATE.most } }],
  url: [{ bytesPerSecond: { ...RATE, byDefault: RATE.most } }],
};

/** The option made complete. Throws a TypeError that says what is wrong and what it may be. */
export function readPowers(options: PowerOptions, profile?: 'deterministic'): GrantedPowers {
  const isNative = profile === undefined;
  const granted: { [name: string]: unknown } = { ...(!isNative && { profile }), console: true, timers: isNative };
  const forms = isNative ? FORMS : DETERMINISTIC_FORMS;
  if (!isNative && options.timers === true) throw new TypeError('globals.timers must be false with the deterministic profile: timers go by the clock');
  for (const [name, value] of Object.entries(options as { [name: string]: unknown })) {
    if (name === 'console' || name === 'timers') granted[name] = readSwitch(name, value);
    else if (!isPower(name)) throw new TypeError(`globals has no '${name}'; there are ${[...POWERS, 'console', 'timers'].join(', ')}`);
    else if (typeof value === 'object' && value !== null) granted[name] = readForm(name, forms[name], value as { [name: string]: unknown });
    else if (value !== undefined && readSwitch(name, value)) granted[name] = readForm(name, forms[name], {});
  }
  return granted as unknown as GrantedPowers;
}

function readSwitch(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`globals.${name} must be true or false${isPower(name) ? ' or an object' : ''}, not ${said(value)}`);
  return value;
}

function readForm(power: Power, forms: Forms[Power], given: { readonly [name: string]: unknown }): { [name: string]: number } {
  const keys = Object.keys(given);
  const form = forms.find((form) => keys.length > 0 && keys.every((key) => Object.hasOwn(form, key))) ?? forms[forms.length - 1];
  const read: { [name: string]: number } = {};
  for (const key of keys) {
    if (Object.hasOwn(form, key)) continue;
    throw new TypeError(`globals.${power} takes ${forms.map((one) => `{ ${Object.keys(one).join(', ')} }`).join(' or ')}, and no '${key}' beside the rest`);
  }
  for (const [name, { least, most, isWhole, byDefault }] of Object.entries(form)) {
    const value = given[name] === undefined ? byDefault : given[name];
    const isFit = typeof value === 'number' && value >= least && value <= most && (!isWhole || Number.isInteger(value));
    if (!isFit) throw new TypeError(`globals.${power}.${name} must be a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not ${said(value)}`);
    read[name] = value;
  }
  return read;
}

function said(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : typeof value === 'string' ? `'${value}'` : String(value);
}
