/** What `supervise()` takes, checked before anything starts. */
import type { RestartPace, RestartType, Strategy } from '../abi/supervision.js';
import { refuseUnknown, said } from './option-words.js';
import { checkPace, checkWhen, PACE_NAMES } from './restart-options.js';
import type { SupervisorHandle } from './supervisor-handle.js';

/** `Supervisor`: what `supervise()` answers, of a kernel of either kind. */
export interface SupervisorOptions<Supervisor = SupervisorHandle> extends Partial<RestartPace> {
  readonly name: string;
  /** Who is restarted with a child that has died; `one-for-one` unless given. */
  readonly strategy?: Strategy;
  /** The supervisor that this one stands under; it is a root unless given. */
  readonly parent?: Supervisor;
  /** What the parent does when this one has given up; `always` unless given. */
  readonly when?: RestartType;
}

const STRATEGIES: readonly string[] = ['one-for-one', 'one-for-all', 'rest-for-one'] satisfies Strategy[];

/** Throws a TypeError that says which option of `supervise()` is wrong. */
export function checkSupervise(options: SupervisorOptions<unknown>, isSupervisor: (value: unknown) => boolean): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`the options of supervise() are an object, not ${said(options)}`);
  refuseUnknown(options, ['name', 'strategy', 'parent', 'when', ...PACE_NAMES], 'supervise()');
  const { name, strategy, parent } = options;
  if (typeof name !== 'string' || name === '' || !name.isWellFormed()) throw new TypeError(`name must be a string that is not empty, not ${said(name)}`);
  if (strategy !== undefined && !STRATEGIES.includes(strategy)) throw new TypeError(`strategy must be one of ${STRATEGIES.join(', ')}, not ${said(strategy)}`);
  if (parent !== undefined && !isSupervisor(parent)) throw new TypeError('parent must be what supervise() of this kernel answered');
  checkWhen(options.when, 'when');
  checkPace(options, '');
}
