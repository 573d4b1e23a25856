/**
 * A domain lives in UTC: what the language calls local time is UTC for it, so that a run does not depend on where its host stands, and the host's place is not told.
 *
 * Must be installed between the repair of the intrinsics and their hardening.
 */
const HostDate = Date;
const { parse, UTC, prototype } = HostDate;
const { apply, defineProperty } = Reflect;
const { getTime, toUTCString, getUTCFullYear, setUTCFullYear } = prototype;

/** No text that means a date is longer. */
const LONGEST_TEXT = 1000;
/** The forms in which a date without a zone is one of UTC by definition. */
const DAY_ALONE = /^\s*[+-]?\d{4,6}(?:-\d\d(?:-\d\d)?)?\s*$/;
const ISO_TIME = /^\s*[+-]?\d{4,6}(?:-\d\d){0,2}T/;
const HAS_ZONE = /(?:^|[^a-z])(?:z|ut|utc|gmt|[ecmp][sd]t)(?![a-z])|:\d\d(?:[.,]\d+)?\s*[+-]\d/i;

/** `Date.parse`, for which a text without a zone is in UTC. */
export function parseUtc(value: unknown): number {
  const text = String(value);
  if (text.length > LONGEST_TEXT) return Number.NaN;
  const time = parse(text);
  if (Number.isNaN(time) || DAY_ALONE.test(text) || HAS_ZONE.test(text.replace(/\([^)]*\)/g, ' '))) return time;
  return parse(ISO_TIME.test(text) ? `${text.trim()}Z` : `${text} UTC`);
}

/** The time that `new Date(...parts)` means, of at least one part. */
export function timeOf(parts: readonly unknown[]): number {
  if (parts.length > 1) return apply(UTC, undefined, parts) as number;
  const primitive = primitiveOf(parts[0]);
  return typeof primitive === 'string' ? parseUtc(primitive) : new HostDate(primitive as number).getTime();
}

function primitiveOf(value: unknown): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  try {
    return apply(getTime, value, []);
  } catch {
    // Not a Date: it says itself what it is.
  }
  const convert = (value as { [Symbol.toPrimitive]?: (hint: string) => unknown })[Symbol.toPrimitive];
  const methods = convert === undefined || convert === null ? [(value as object).valueOf, (value as object).toString] : [convert];
  for (const method of methods) {
    const primitive: unknown = typeof method === 'function' ? apply(method, value, ['default']) : value;
    if ((typeof primitive !== 'object' && typeof primitive !== 'function') || primitive === null) return primitive;
  }
  throw new TypeError('what a Date is made of cannot be converted to a primitive value');
}

/** Day and time as `toString` has them, or undefined for a date that is none. */
function partsOf(date: unknown): { readonly day: string; readonly time: string } | undefined {
  const found = /^(\w+), (\d+) (\w+) (-?\d+) (\S+) GMT$/.exec(apply(toUTCString, date, []) as string);
  if (found === null) return undefined;
  const [, weekday, day, month, year, time] = found;
  return { day: `${weekday} ${month} ${day} ${year}`, time: `${time} GMT+0000 (Coordinated Universal Time)` };
}

const TEXTS = {
  toString(this: unknown): string {
    const parts = partsOf(this);
    return parts === undefined ? 'Invalid Date' : `${parts.day} ${parts.time}`;
  },
  toDateString(this: unknown): string {
    return partsOf(this)?.day ?? 'Invalid Date';
  },
  toTimeString(this: unknown): string {
    return partsOf(this)?.time ?? 'Invalid Date';
  },
};

const OTHERS = {
  getTimezoneOffset(this: unknown): number {
    return Number.isNaN(apply(getTime, this, []) as number) ? Number.NaN : 0;
  },
  getYear(this: unknown): number {
    return (apply(getUTCFullYear, this, []) as number) - 1900;
  },
  setYear(this: unknown, year: unknown): number {
    const full = Math.trunc(Number(year));
    return apply(setUTCFullYear, this, [full >= 0 && full <= 99 ? 1900 + full : full]) as number;
  },
};

/** Puts UTC in the place of local time everywhere on `Date.prototype`. */
export function installUtc(): void {
  const replace = (name: string, value: unknown): void =>
    void defineProperty(prototype, name, { value, writable: true, enumerable: false, configurable: true });
  for (const part of ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes', 'Seconds', 'Milliseconds']) {
    const methods = prototype as unknown as { [name: string]: unknown };
    replace(`get${part}`, methods[`getUTC${part}`]);
    if (part !== 'Day') replace(`set${part}`, methods[`setUTC${part}`]);
  }
  for (const [name, value] of Object.entries({ ...TEXTS, ...OTHERS })) replace(name, value);
  // What is said in a locale is said as it is without one, as SES has it.
  replace('toLocaleString', TEXTS.toString);
  replace('toLocaleDateString', TEXTS.toDateString);
  replace('toLocaleTimeString', TEXTS.toTimeString);
}
