/**
 * The Date of a domain. It has a present only where a clock was granted. It replaces the Date that SES leaves in a compartment, which has none whatever happens, and stands where `Date.prototype.constructor` leads,
 * so that a library that compares the two finds them equal.
 *
 * Must be installed between the repair of the intrinsics and their hardening.
 */
import { installUtc, parseUtc, timeOf } from './utc.js';

const HostDate = Date;

let present: (() => number) | null = null;

/** Grants a clock. */
export function setPresent(read: () => number): void {
  present = read;
}

function readPresent(what: string): number {
  if (present !== null) return present();
  throw new TypeError(`${what} needs a clock, which this domain does not have: ask for it with uses: ['clock'], and grant it with globals: { clock: true }`);
}

function DomainDate(this: unknown, ...parts: unknown[]): unknown {
  if (new.target === undefined) return new HostDate(readPresent('Date()')).toString();
  return Reflect.construct(HostDate, [parts.length === 0 ? readPresent('new Date()') : timeOf(parts)], new.target);
}

/** Puts the domain's Date in the place of SES's. Answers it. */
export function installDate(): unknown {
  installUtc();
  const hidden = { writable: false, enumerable: false, configurable: false };
  Object.defineProperties(DomainDate, {
    name: { value: 'Date' },
    length: { value: 7 },
    prototype: { value: HostDate.prototype, ...hidden },
    now: { value: { now: () => readPresent('Date.now()') }.now, ...hidden },
    parse: { value: { parse: (text: unknown) => parseUtc(text) }.parse, ...hidden },
    UTC: { value: HostDate.UTC, ...hidden },
  });
  Object.defineProperty(HostDate.prototype, 'constructor', { value: DomainDate });
  return DomainDate;
}
