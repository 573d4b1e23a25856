/** Starting a kernel. */
import { DEFAULT_LIMITS, findBadLimit } from '../abi/limits.js';
import type { BootOptions, GuardedBootOptions } from './boot-options.js';
import type { AsyncKernel } from './guard/async-kernel.js';
import { GuardedKernel } from './guard/guarded-kernel.js';
import { checkedGuard } from './guard/policy.js';
import { publish } from './diagnostics.js';
import { HostThread } from './host-thread.js';
import { KernelHandle } from './kernel-handle.js';
import { Trust } from './trust.js';

const TRACE_EVENTS = 16_384;
const FEWEST_EVENTS = 64;
/** All lanes together then take less than 2 GiB of addresses. */
const MOST_EVENTS = 60_000;

const KNOWN = new Set(['sharedHeapBytes', 'spares', 'checks', 'trace', 'trust', 'mostLimits', 'guard']);

/** Starts a kernel: on a thread of its own, or with `guard` in a process of its own. Throws a RangeError or TypeError for an option that cannot be. */
export function boot(options: GuardedBootOptions): Promise<GuardedKernel>;
export function boot(options: Omit<BootOptions, 'guard'> & { readonly guard: GuardedBootOptions['guard'] | undefined }): Promise<AsyncKernel>;
export function boot(options?: BootOptions): Promise<KernelHandle>;
export async function boot(options: BootOptions | GuardedBootOptions = {}): Promise<KernelHandle | GuardedKernel> {
  if (typeof options !== 'object' || options === null) throw new TypeError(`the options of boot() are an object, not ${String(options)}`);
  for (const key of Object.keys(options)) if (!KNOWN.has(key)) throw new TypeError(`boot() has no option '${key}'; options are ${[...KNOWN].join(', ')}`);
  const spares = options.spares ?? 1;
  if (!Number.isInteger(spares) || spares < 0 || spares > 64) throw new RangeError(`spares must be a whole number from 0 to 64, not ${String(spares)}`);
  if (options.checks !== undefined && options.checks !== 'fast' && options.checks !== 'paranoid')
    throw new TypeError(`checks must be 'fast' or 'paranoid', not ${String(options.checks)}`);
  const trust = new Trust(options.trust);
  const bad = findBadLimit(options.mostLimits ?? {});
  if (bad !== undefined) throw new TypeError(`mostLimits: ${bad}`);
  const sharedHeapBytes = options.sharedHeapBytes ?? 256 * 2 ** 20;
  const entries = traceEntries(options.trace);
  if (options.guard !== undefined) return GuardedKernel.start({ ...options, sharedHeapBytes, spares }, checkedGuard(options.guard), trust);
  const host = new HostThread({ sharedHeapBytes, spares, paranoid: options.checks === 'paranoid', traceEntries: entries });
  const handle = new KernelHandle(host, { trust, mostLimits: { ...DEFAULT_LIMITS, ...options.mostLimits } });
  await host.start();
  publish('deciduous:boot', () => ({ kernel: handle }));
  return handle;
}

function traceEntries(trace: BootOptions['trace']): number {
  if (trace === undefined || trace === false) return 0;
  if (trace === true) return TRACE_EVENTS;
  if (typeof trace !== 'object' || trace === null) throw new TypeError(`trace must be true, false or { events }, not ${String(trace)}`);
  for (const key of Object.keys(trace)) if (key !== 'events') throw new TypeError(`trace has no option '${key}'; its option is events`);
  const { events } = trace;
  if (!Number.isInteger(events) || events < FEWEST_EVENTS || events > MOST_EVENTS)
    throw new RangeError(`trace.events must be a whole number from ${FEWEST_EVENTS} to ${MOST_EVENTS}, not ${String(events)}`);
  return events;
}
