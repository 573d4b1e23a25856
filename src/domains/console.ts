/** The console of a domain: text within a budget. What exceeds it is dropped and counted, where it is made. */
import { isNativeError } from 'node:util/types';
import { nowMs } from '../abi/clock.js';

const LONGEST_LINE = 8192;

export interface LogSink {
  (level: string, text: string, dropped: number): void;
}

export class DomainConsole {
  readonly #sink: LogSink;
  #bytesPerSecond: number;
  #left: number;
  #refilledAt = nowMs();
  #dropped = 0;

  constructor(bytesPerSecond: number, sink: LogSink) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#left = bytesPerSecond;
    this.#sink = sink;
  }

  setBudget(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  #write(level: string, values: readonly unknown[]): void {
    const now = nowMs();
    this.#left = Math.min(this.#bytesPerSecond, this.#left + ((now - this.#refilledAt) / 1000) * this.#bytesPerSecond);
    this.#refilledAt = now;
    let text = '';
    for (const value of values) {
      if (text.length > LONGEST_LINE) break;
      text += `${text === '' ? '' : ' '}${plainText(value)}`;
    }
    text = text.slice(0, LONGEST_LINE);
    if (text.length * 2 > this.#left) {
      this.#dropped++;
      return;
    }
    this.#left -= text.length * 2 + 16;
    this.#sink(level, text, this.#dropped);
    this.#dropped = 0;
  }

  /** The console object that an extension gets. */
  endowment(): { readonly [method: string]: (...values: unknown[]) => void } {
    const at = (level: string) => (...values: unknown[]): void => this.#write(level, values);
    return { log: at('Info'), info: at('Info'), debug: at('Debug'), warn: at('Warn'), error: at('Error'), trace: at('Debug') };
  }
}

/** A value as text; nothing of an object is evaluated except through JSON, in the domain's own time. */
function plainText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, LONGEST_LINE);
  if (typeof value === 'object' && value !== null) {
    if (isNativeError(value)) return `${String(value.name)}: ${String(value.message)}`.slice(0, LONGEST_LINE);
    try {
      return (JSON.stringify(value) ?? 'undefined').slice(0, LONGEST_LINE);
    } catch {
      return '[an object]';
    }
  }
  return typeof value === 'function' ? '[a function]' : String(value);
}
