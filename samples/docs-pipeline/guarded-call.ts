/**
 * One document's call to one plugin, through its crashes.
 *
 *   the call never started (a neighbour's document brought the plugin down)   wait for its next life, call again; counts as nothing
 *   it started and the plugin died, and the document was only lent            wait for its next life, call once more
 *   it died a second time                                                      the document goes on without this plugin
 *   it started and died, and the document had moved                            the document is gone; the caller decides what then
 */
import type { DomainHandle, RpcError, RpcResult } from 'deciduous';
import type { PluginRecord } from './ledger.js';

/** How often a call that never started is made again, before the plugin counts as out of order. */
const MOST_REFUSALS = 200;
/** How long a document may stay lent to a domain that is being killed, or a mailbox full. */
const LONGEST_WAIT_MS = 5000;

export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly crashes: number; readonly refusals: number }
  | { readonly ok: false; readonly error: RpcError; readonly crashes: number; readonly refusals: number };

export interface GuardedCall<T> {
  readonly domain: DomainHandle;
  readonly record: PluginRecord;
  /** How often the call may start: 2 where the document is lent, 1 where it moves. */
  readonly starts: number;
  call(): Promise<RpcResult<T>>;
}

/** Throws only where the kernel itself has died. */
export async function guardedCall<T>({ domain, record, starts, call }: GuardedCall<T>): Promise<Outcome<T>> {
  let crashes = 0;
  let refusals = 0;
  let waitedSince: number | null = null;
  for (;;) {
    const from = performance.now();
    const result = await call();
    if (result.ok) {
      record.calls++;
      record.milliseconds.push(performance.now() - from);
      return { ok: true, value: result.value, crashes, refusals };
    }
    const { error } = result;
    // Nobody is left who could start a next life: no outcome of a document's, but the end of the run.
    if (error.code === 'KernelDied') throw error;
    if (!error.started && (error.code === 'LifetimeViolation' || error.code === 'Overloaded')) {
      // Still lent to a domain that was told to end and has not yet, or too many callers at once: both pass.
      waitedSince ??= performance.now();
      if (performance.now() - waitedSince > LONGEST_WAIT_MS) return { ok: false, error, crashes, refusals };
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    if (error.started) {
      crashes++;
      record.calls++;
      record.failures++;
      if (crashes >= starts) return { ok: false, error, crashes, refusals };
    } else {
      record.refusals++;
      if (++refusals >= MOST_REFUSALS) return { ok: false, error, crashes, refusals };
    }
    const alive = await domain.ready().then(
      () => true,
      () => false,
    );
    if (!alive) return { ok: false, error, crashes, refusals };
  }
}
