/**
 * In which context of OpenTelemetry a host made its calls. The trace does not know that, and the tracing channel of calls does not know which record a call had; but both have the same clock, and the host's thread does one thing at a time: what
 * was sent between the start and the end of a call on the channel was sent for it.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Context } from '@opentelemetry/api';
import type { CallMessage } from '../host/index.js';
import { context } from './api.js';

interface Moment {
  readonly message: CallMessage;
  readonly active: Context;
}

const STARTS = 'tracing:deciduous:call:start';
/** Those that nobody asked for by then are the oldest. */
const MOST_MOMENTS = 60_000;
/** Calls that a host has open at a time, one within the other, are fewer. */
const DEEPEST = 256;

export class HostContexts {
  readonly #kernel: unknown;
  /** In the order of their starts. */
  #moments: Moment[] = [];
  readonly #note = (message: unknown): void => {
    const call = message as CallMessage;
    if (call.kernel !== this.#kernel) return;
    this.#moments.push({ message: call, active: context.active() });
    if (this.#moments.length > 2 * MOST_MOMENTS) this.#moments = this.#moments.slice(-MOST_MOMENTS);
  };

  constructor(kernel: unknown) {
    this.#kernel = kernel;
    subscribe(STARTS, this.#note);
  }

  /** The context of the innermost call that was starting at that moment of the kernel's clock; undefined where none is known. */
  at(timeMs: number): Context | undefined {
    let from = 0;
    for (let to = this.#moments.length; from < to; ) {
      const middle = (from + to) >>> 1;
      if (this.#moments[middle].message.startMs <= timeMs) from = middle + 1;
      else to = middle;
    }
    for (let index = from - 1; index >= Math.max(0, from - DEEPEST); index--) {
      const { message, active } = this.#moments[index];
      if (message.endMs === undefined || message.endMs >= timeMs) return active;
    }
    return undefined;
  }

  /** What ended before that moment is not asked for any more. */
  forget(beforeMs: number): void {
    this.#moments = this.#moments.filter(({ message }) => message.endMs === undefined || message.endMs >= beforeMs);
  }

  close(): void {
    unsubscribe(STARTS, this.#note);
    this.#moments = [];
  }
}
