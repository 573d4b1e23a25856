/** The options of `deciduous run` that set limits, and what each is called in `load({ limits })`. */
import { findBadLimit, type Limits } from '../../abi/limits.js';
import { UsageError } from '../verb.js';
import { bytesOf, countOf, numberOf, shareOf } from './quantity.js';

interface LimitOption {
  readonly limit: keyof Limits;
  readonly read: (option: string, text: string) => number;
  readonly valueHint: string;
  readonly description: string;
}

export const LIMIT_OPTIONS: { readonly [option: string]: LimitOption } = {
  'time-slice-ms': { limit: 'timeSliceMs', read: numberOf, valueHint: 'MS', description: 'CPU time of one call, timer or row of promise jobs' },
  'init-slice-ms': { limit: 'initSliceMs', read: numberOf, valueHint: 'MS', description: 'CPU time of loading and init together' },
  'cpu-quota': { limit: 'cpuShare', read: shareOf, valueHint: 'PERCENT', description: 'CPU time as a part of one core, over a second: 15%' },
  fuel: { limit: 'fuel', read: countOf, valueHint: 'STEPS', description: 'Steps of one call, the same on every machine: 1e9; 0 for no bound' },
  'stack-depth': { limit: 'stackDepth', read: countOf, valueHint: 'FRAMES', description: 'Frames of functions that can recurse' },
  'shared-heap': { limit: 'sharedHeapBytes', read: bytesOf, valueHint: 'SIZE', description: 'What it may own on the shared heap: 8M' },
  'private-heap': { limit: 'privateHeapBytes', read: bytesOf, valueHint: 'SIZE', description: 'JavaScript heap and ArrayBuffers together: 64M' },
  'log-rate': { limit: 'logBytesPerSecond', read: bytesOf, valueHint: 'SIZE', description: 'Console output in a second: 64K' },
  calls: { limit: 'callsInFlight', read: countOf, valueHint: 'COUNT', description: 'Calls of its own that have not ended' },
  references: { limit: 'referencesHeld', read: countOf, valueHint: 'COUNT', description: 'Interface references that it holds' },
  timers: { limit: 'timers', read: countOf, valueHint: 'COUNT', description: 'Timers pending at once' },
};

/** The limits that were asked for. Throws a UsageError that names the option. */
export function limitsFrom(args: { readonly [option: string]: unknown }): Partial<Limits> {
  const limits: { [limit: string]: number } = {};
  for (const [option, { limit, read }] of Object.entries(LIMIT_OPTIONS)) {
    const text = args[option];
    if (typeof text !== 'string') continue;
    limits[limit] = read(option, text);
    const bad = findBadLimit({ [limit]: limits[limit] });
    if (bad !== undefined) throw new UsageError(`--${option}: ${bad}`);
  }
  return limits as Partial<Limits>;
}
