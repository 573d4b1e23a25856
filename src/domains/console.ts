/** The console of a domain: text within a budget. What exceeds it is dropped and counted, where it is made. */
import { isNativeError } from 'node:util/types';
import { ByteBudget } from '../abi/byte-budget.js';

const LONGEST_LINE = 8192;

export interface LogSink {
  (level: string, text: string, dropped: number): void;
}

export class DomainConsole {
  readonly #sink: LogSink;
  readonly #budget: ByteBudget;

  constructor(bytesPerSecond: number, sink: LogSink) {
    this.#budget = new ByteBudget(bytesPerSecond);
    this.#sink = sink;
  }

  setBudget(bytesPerSecond: number): void {
    this.#budget.setRate(bytesPerSecond);
  }

  #write(level: string, values: readonly unknown[]): void {
    let text = '';
    for (const value of values) {
      if (text.length > LONGEST_LINE) break;
      text += `${text === '' ? '' : ' '}${plainText(value)}`;
    }
    text = text.slice(0, LONGEST_LINE);
    if (this.#budget.affords(text.length * 2 + 16)) this.#sink(level, text, this.#budget.takeDropped());
  }

  /** The console object that an extension gets. */
  endowment(): { readonly [method: string]: (...values: unknown[]) => void } {
    const at =
      (level: string) =>
      (...values: unknown[]): void =>
        this.#write(level, values);
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
