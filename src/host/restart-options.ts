/** How restarts are asked for, of one program or of a supervisor, checked before anything starts. */
import type { RestartPace, RestartPolicy, RestartType, Strategy } from '../abi/supervision.js';
import { refuseUnknown, said } from './option-words.js';
import { SupervisorHandle } from './supervisor-handle.js';

export interface SupervisorOptions extends Partial<RestartPace> {
  readonly name: string;
  /** Who is restarted with a child that has died; `one-for-one` unless given. */
  readonly strategy?: Strategy;
  /** The supervisor that this one stands under; it is a root unless given. */
  readonly parent?: SupervisorHandle;
  /** What the parent does when this one has given up; `always` unless given. */
  readonly when?: RestartType;
}

const WHEN: readonly string[] = ['never', 'on-crash', 'always'] satisfies RestartType[];
const STRATEGIES: readonly string[] = ['one-for-one', 'one-for-all', 'rest-for-one'] satisfies Strategy[];
/** Node's timers count milliseconds in 31 bits. */
const LONGEST_MS = 2 ** 31 - 1;

const PACE = { intensity: 5, periodMs: 1000, backoffMs: 0, mostBackoffMs: 30_000 };
const PACE_NAMES = ['intensity', 'periodMs', 'backoffMs', 'mostBackoffMs', 'stableMs'] as const;

/** What was asked for, with what holds where nothing was said. */
export function paceOf({ intensity, periodMs, backoffMs, mostBackoffMs, stableMs }: Partial<RestartPace>): RestartPace {
  const period = periodMs ?? PACE.periodMs;
  return {
    intensity: intensity ?? PACE.intensity,
    periodMs: period,
    backoffMs: backoffMs ?? PACE.backoffMs,
    mostBackoffMs: mostBackoffMs ?? PACE.mostBackoffMs,
    stableMs: stableMs ?? period,
  };
}

/** The policy of a program that is loaded by itself, or under a supervisor. */
export function restartOf(restart: Partial<RestartPolicy>, isSupervised: boolean): RestartPolicy {
  return { ...paceOf(restart), when: restart.when ?? (isSupervised ? 'always' : 'never'), rebind: restart.rebind ?? isSupervised };
}

/** Throws a TypeError that says which option is wrong and what it may be. */
export function checkRestart(restart: Partial<RestartPolicy>, isSupervised: boolean): void {
  for (const name of PACE_NAMES)
    if (isSupervised && Object.hasOwn(restart, name))
      throw new TypeError(`restart.${name} is the supervisor's business: give ${name} to supervise(), and here only when and rebind`);
  refuseUnknown(restart, ['when', ...PACE_NAMES, 'rebind'], 'restart');
  checkWhen(restart.when, 'restart.when');
  if (restart.rebind !== undefined && typeof restart.rebind !== 'boolean')
    throw new TypeError(`restart.rebind must be true or false, not ${said(restart.rebind)}`);
  checkPace(restart, 'restart.');
}

/** Throws a TypeError that says which option of `supervise()` is wrong. */
export function checkSupervise(options: SupervisorOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`the options of supervise() are an object, not ${said(options)}`);
  refuseUnknown(options, ['name', 'strategy', 'parent', 'when', ...PACE_NAMES], 'supervise()');
  const { name, strategy, parent } = options;
  if (typeof name !== 'string' || name === '' || !name.isWellFormed()) throw new TypeError(`name must be a string that is not empty, not ${said(name)}`);
  if (strategy !== undefined && !STRATEGIES.includes(strategy)) throw new TypeError(`strategy must be one of ${STRATEGIES.join(', ')}, not ${said(strategy)}`);
  if (parent !== undefined && !SupervisorHandle.is(parent)) throw new TypeError('parent must be what supervise() answered');
  checkWhen(options.when, 'when');
  checkPace(options, '');
}

function checkWhen(when: unknown, what: string): void {
  if (when !== undefined && !WHEN.includes(when as string)) throw new TypeError(`${what} must be one of ${WHEN.join(', ')}, not ${said(when)}`);
}

function checkPace(pace: Partial<RestartPace>, prefix: string): void {
  for (const name of PACE_NAMES) {
    const value = pace[name];
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new TypeError(`${prefix}${name} must be a number that is not negative, not ${said(value)}`);
  }
  for (const name of ['backoffMs', 'mostBackoffMs'] as const)
    if ((pace[name] ?? 0) > LONGEST_MS) throw new TypeError(`${prefix}${name} must be ${LONGEST_MS} (24 days) at the most, not ${pace[name]}`);
}
