/** Alarms: the kernel calls a domain back when a time has come. Looked at in every tick, so a tick is how exact they are. */
import { nowMs } from '../abi/clock.js';
import type { Alarm, AlarmsImpl } from '../interfaces/generated/clock.js';
import type { Resources } from './resources.js';
import type { ServedCall } from './served-call.js';
import { Sink } from './sink.js';
import { Subscriptions } from './subscriptions.js';

const MOST_OF_ONE = 64;
/** An alarm that rings once and meets a full mailbox tries again after this. */
const RETRY_MS = 20;

interface Ringing {
  readonly id: number;
  readonly sink: Sink<Alarm['async']>;
  /** 0 for one that rings once. */
  readonly everyMs: number;
  at: number;
}

export class KernelAlarms implements AlarmsImpl {
  readonly #current: () => ServedCall;
  readonly #alarms: Subscriptions<Ringing>;
  /** When the next one is due. */
  #due = Number.POSITIVE_INFINITY;

  constructor(resources: Resources, current: () => ServedCall) {
    this.#current = current;
    this.#alarms = new Subscriptions(resources, 'alarm', MOST_OF_ONE, ({ sink }) => sink.end());
  }

  set(afterMs: number, everyMs: number, proxy: Alarm): number {
    const at = nowMs() + afterMs;
    const id = this.#alarms.add(this.#current().caller, proxy, (number) => {
      // One call at a time: an alarm that nobody hears does not fill a mailbox.
      const sink = new Sink(proxy, 1, () => void this.#alarms.end(number));
      return { id: number, sink, everyMs, at };
    });
    this.#due = Math.min(this.#due, at);
    return id;
  }

  cancel(id: number): boolean {
    return this.#alarms.end(id, this.#current().caller);
  }

  /** Whether no alarm is set. */
  get isQuiet(): boolean {
    return this.#due === Number.POSITIVE_INFINITY;
  }

  /** Rings what is due. */
  look(now: number): void {
    if (now < this.#due) return;
    this.#due = Number.POSITIVE_INFINITY;
    for (const alarm of [...this.#alarms.subjects()]) {
      if (alarm.at <= now) this.#ring(alarm, now);
      this.#due = Math.min(this.#due, alarm.at);
    }
  }

  #ring(alarm: Ringing, now: number): void {
    const { id, sink, everyMs } = alarm;
    const told = sink.tell((called, missed) => called.rang(id, missed));
    // In step with the first one, whatever the ticks do; what a busy kernel did not get round to is left out.
    if (everyMs > 0) alarm.at += everyMs * Math.max(1, Math.ceil((now - alarm.at) / everyMs));
    else {
      alarm.at = Number.POSITIVE_INFINITY;
      void told.then((isTold) => this.#rangOnce(alarm, isTold));
    }
  }

  #rangOnce(alarm: Ringing, isTold: boolean): void {
    if (isTold) return void this.#alarms.end(alarm.id);
    alarm.at = nowMs() + RETRY_MS;
    this.#due = Math.min(this.#due, alarm.at);
  }
}
