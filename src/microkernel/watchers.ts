/** Who is told of deaths and restarts. */
import type { CrashCause } from '../abi/result.js';
import type { DeathCause, DomainWatcher, WatchImpl } from '../interfaces/generated/kernel.js';
import type { Resources } from './resources.js';
import type { ServedCall } from './served-call.js';
import { Sink } from './sink.js';
import { Subscriptions } from './subscriptions.js';

const MOST_OF_ONE = 16;
/** Reports to one watcher that may be under way: a small part of its mailbox. */
const MOST_UNDER_WAY = 16;

const CAUSES: { readonly [cause in CrashCause]: DeathCause } = {
  panic: 'Panic',
  hang: 'Hang',
  'out-of-memory': 'OutOfMemory',
  'stack-overflow': 'StackOverflow',
  'out-of-fuel': 'OutOfFuel',
  exited: 'Exited',
  killed: 'Killed',
};

export class Watchers implements WatchImpl {
  readonly #current: () => ServedCall;
  readonly #watchers: Subscriptions<Sink<DomainWatcher['async']>>;

  constructor(resources: Resources, current: () => ServedCall) {
    this.#current = current;
    this.#watchers = new Subscriptions(resources, 'subscription', MOST_OF_ONE, (sink) => sink.end());
  }

  watch(proxy: DomainWatcher): number {
    return this.#watchers.add(this.#current().caller, proxy, (id) => new Sink(proxy, MOST_UNDER_WAY, () => void this.#watchers.end(id)));
  }

  unwatch(id: number): boolean {
    return this.#watchers.end(id, this.#current().caller);
  }

  died(name: string, incarnation: number, cause: CrashCause): void {
    for (const sink of [...this.#watchers.subjects()]) void sink.tell((told, missed) => told.died(name, incarnation, CAUSES[cause], missed));
  }

  restarted(name: string, incarnation: number): void {
    for (const sink of [...this.#watchers.subjects()]) void sink.tell((told, missed) => told.restarted(name, incarnation, missed));
  }
}
