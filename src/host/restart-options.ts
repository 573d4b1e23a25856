/** How restarts are asked for, checked before anything starts. */
import type { RestartPace, RestartPolicy, RestartType } from '../abi/supervision.js';
import { refuseUnknown, said } from './option-words.js';

const WHEN: readonly string[] = ['never', 'on-crash', 'always'] satisfies RestartType[];
/** Node's timers count milliseconds in 31 bits. */
const LONGEST_MS = 2 ** 31 - 1;

const PACE = { intensity: 5, periodMs: 1000, backoffMs: 0, mostBackoffMs: 30_000 } satisfies Partial<RestartPace>;
export const PACE_NAMES = ['intensity', 'periodMs', 'backoffMs', 'mostBackoffMs', 'stableMs'] as const;

/** What was asked for, with what holds where nothing was said. */
export function paceOf({ intensity, periodMs, backoffMs, mostBackoffMs, stableMs }: Partial<RestartPace>, defaults = PACE): RestartPace {
  const period = periodMs ?? defaults.periodMs;
  const least = backoffMs ?? defaults.backoffMs;
  return {
    intensity: intensity ?? defaults.intensity,
    periodMs: period,
    backoffMs: least,
    // Whoever asks for a long first wait and says no more does not mean a shorter one.
    mostBackoffMs: mostBackoffMs ?? Math.max(defaults.mostBackoffMs, least),
    stableMs: stableMs ?? period,
  };
}

/** The policy of a program that is loaded by itself, or under a supervisor. */
export function restartOf(restart: Partial<RestartPolicy>, isSupervised: boolean): RestartPolicy {
  return {
    ...paceOf(restart),
    when: restart.when ?? (isSupervised ? 'always' : 'never'),
    rebind: restart.rebind ?? isSupervised,
    standby: restart.standby ?? false,
  };
}

/** Throws a TypeError that says which option is wrong and what it may be. `what`: what the options are called where they stand. */
export function checkRestart(restart: Partial<RestartPolicy>, isSupervised: boolean, what = 'restart'): void {
  for (const name of PACE_NAMES)
    if (isSupervised && Object.hasOwn(restart, name))
      throw new TypeError(`${what}.${name} is the supervisor's business: give ${name} to the supervisor, and here only when, rebind and standby`);
  refuseUnknown(restart, ['when', ...PACE_NAMES, 'rebind', 'standby'], what);
  checkWhen(restart.when, `${what}.when`);
  for (const name of ['rebind', 'standby'] as const)
    if (restart[name] !== undefined && typeof restart[name] !== 'boolean')
      throw new TypeError(`${what}.${name} must be true or false, not ${said(restart[name])}`);
  checkPace(restart, `${what}.`);
}

export function checkWhen(when: unknown, what: string): void {
  if (when !== undefined && !WHEN.includes(when as string)) throw new TypeError(`${what} must be one of ${WHEN.join(', ')}, not ${said(when)}`);
}

export function checkPace(pace: Partial<RestartPace>, prefix: string): void {
  const bad = findBadPace(pace);
  if (bad !== undefined) throw new TypeError(`${prefix}${bad}`);
}

/** What is wrong with a pace that somebody asked for, or undefined. */
export function findBadPace(pace: Partial<RestartPace>): string | undefined {
  for (const name of PACE_NAMES) {
    const value = pace[name];
    if (value !== undefined && !(typeof value === 'number' && value >= 0)) return `${name} must be a number that is not negative, not ${said(value)}`;
  }
  // Within no time nothing happens twice: it would never give up, however often somebody crashes.
  if (pace.periodMs === 0) return 'periodMs must be more than 0: within no time no restart is one too many. For restarts without end write intensity: Infinity';
  for (const name of ['backoffMs', 'mostBackoffMs'] as const)
    if ((pace[name] ?? 0) > LONGEST_MS) return `${name} must be ${LONGEST_MS} (24 days) at the most, not ${pace[name]}`;
  return undefined;
}
