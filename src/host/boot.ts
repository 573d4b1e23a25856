/** Starting a kernel. */
import { DEFAULT_LIMITS, findBadLimit, type Limits } from '../abi/limits.js';
import { HostThread } from './host-thread.js';
import { KernelHandle } from './kernel-handle.js';
import { Trust, type TrustPolicy } from './trust.js';

export interface BootOptions {
  /** Bytes reserved for the shared heap, 4 MiB to 4 GiB (256 MiB). Reserving costs nothing; pages are committed when they are first touched. */
  readonly sharedHeapBytes?: number;
  /** Threads started and locked down ahead of need (1). */
  readonly spares?: number;
  /** `paranoid`: check the shared words on every access too. */
  readonly checks?: 'fast' | 'paranoid';
  /**
   * Keeps a record of calls, ownership transitions and deaths for `kernel.trace()` (off). `events`: how many of each thread are kept, the newest, 64 to 60,000 (16,384); each takes 64 bytes
   * once it has been written.
   */
  readonly trace?: boolean | { readonly events: number };
  /** Whose extensions are loaded (`any`: everybody's, source included). With keys, only leaf files that one of them has signed. */
  readonly trust?: TrustPolicy;
  /** The most that an extension gets by itself, whether it asks for it or not (the default limits). What `load()` is told goes beyond. */
  readonly mostLimits?: Partial<Limits>;
}

const TRACE_EVENTS = 16_384;
const FEWEST_EVENTS = 64;
/** All lanes together then take less than 2 GiB of addresses. */
const MOST_EVENTS = 60_000;

const KNOWN = new Set(['sharedHeapBytes', 'spares', 'checks', 'trace', 'trust', 'mostLimits']);

/** Starts a kernel on a thread of its own. Throws a RangeError or TypeError for an option that cannot be. */
export async function boot(options: BootOptions = {}): Promise<KernelHandle> {
  if (typeof options !== 'object' || options === null) throw new TypeError(`the options of boot() are an object, not ${String(options)}`);
  for (const key of Object.keys(options)) if (!KNOWN.has(key)) throw new TypeError(`boot() has no option '${key}'; options are ${[...KNOWN].join(', ')}`);
  const spares = options.spares ?? 1;
  if (!Number.isInteger(spares) || spares < 0 || spares > 64) throw new RangeError(`spares must be a whole number from 0 to 64, not ${String(spares)}`);
  if (options.checks !== undefined && options.checks !== 'fast' && options.checks !== 'paranoid')
    throw new TypeError(`checks must be 'fast' or 'paranoid', not ${String(options.checks)}`);
  const trust = new Trust(options.trust);
  const bad = findBadLimit(options.mostLimits ?? {});
  if (bad !== undefined) throw new TypeError(`mostLimits: ${bad}`);
  const host = new HostThread({
    sharedHeapBytes: options.sharedHeapBytes ?? 256 * 2 ** 20,
    spares,
    paranoid: options.checks === 'paranoid',
    traceEntries: traceEntries(options.trace),
  });
  const handle = new KernelHandle(host, { trust, mostLimits: { ...DEFAULT_LIMITS, ...options.mostLimits } });
  await host.start();
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
