/** What `boot()` takes. */
import type { Limits } from '../abi/limits.js';
import type { GuardPolicy } from './guard/policy.js';
import type { TrustPolicy } from './trust.js';

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
  /** Absent: the kernel and its domains run in threads of this process. */
  readonly guard?: undefined;
}

export interface GuardedBootOptions extends Omit<BootOptions, 'guard'> {
  /**
   * `'process'`: the kernel and its domains run in a process of their own, so that not even an abort of V8 reaches this one; calls are asynchronous and values copies. With `undefined` there the kernel is not guarded.
   */
  readonly guard: 'process' | GuardPolicy;
}
