/**
 * `URLSearchParams` of a domain, around Node's, which stays in a private field. What iterates is an iterator of an array of the language's own: nothing of Node's iterators is handed out, and an iterator shows
 * what there was when it was made.
 */
import { InvalidType, describe } from '../../shared-heap/faults.js';
import type { Allowance } from './allowance.js';
import { named } from './text.js';

const HostParams = URLSearchParams;

export interface Params {
  readonly URLSearchParams: new (init?: unknown) => object;
  /** The domain's object around Node's params of a URL, whose length `written` answers: each change writes it anew. */
  readonly around: (params: URLSearchParams, written: () => number) => object;
}

export function domainParams(allowance: Allowance): Params {
  /** What the next object made is around; set and taken with nothing of the extension's in between. */
  let adopted: { readonly params: URLSearchParams; readonly written: () => number } | null = null;

  const textOf = (value: unknown): string => {
    const text = String(value);
    allowance.take(text.length);
    return text;
  };

  /** Reads whatever a constructor may be given, once, before anything is made. */
  const pairsOf = (init: object): [string, string][] => {
    const pairs: [string, string][] = [];
    const method: unknown = (init as { [Symbol.iterator]?: unknown })[Symbol.iterator];
    if (method === undefined || method === null) {
      for (const key of Object.keys(init)) pairs.push([textOf(key), textOf((init as { [key: string]: unknown })[key])]);
      return pairs;
    }
    if (typeof method !== 'function') throw new TypeError('what URLSearchParams is made of is not iterable');
    for (const entry of init as Iterable<unknown>) {
      if ((typeof entry !== 'object' && typeof entry !== 'function') || entry === null)
        throw new InvalidType('a name and a value', describe(entry), 'an entry of URLSearchParams');
      const pair: string[] = [];
      for (const part of entry as Iterable<unknown>) {
        if (pair.length === 2) throw new InvalidType('a name and a value', 'more', 'an entry of URLSearchParams');
        pair.push(textOf(part));
      }
      if (pair.length < 2) throw new InvalidType('a name and a value', 'less', 'an entry of URLSearchParams');
      pairs.push(pair as [string, string]);
    }
    return pairs;
  };

  class DomainParams {
    readonly #params: URLSearchParams;
    readonly #written: () => number = () => 0;

    constructor(init?: unknown) {
      if (adopted !== null) {
        this.#params = adopted.params;
        this.#written = adopted.written;
        adopted = null;
      } else if ((typeof init === 'object' || typeof init === 'function') && init !== null) this.#params = new HostParams(pairsOf(init));
      else this.#params = new HostParams(init === undefined ? '' : textOf(init));
    }

    /** Pays for a change: for what is given, what is walked and, of a URL, the whole text that is written. */
    #change(walked: number, ...texts: unknown[]): readonly string[] {
      const read = texts.map(textOf);
      allowance.take(walked + this.#written());
      return read;
    }

    /** Pays for the characters of all pairs. */
    #payForAll(): void {
      let length = 0;
      this.#params.forEach((value, key) => (length += key.length + value.length + 1));
      allowance.take(length);
    }

    append(name: unknown, value: unknown): void {
      const [key, text] = this.#change(0, name, value);
      this.#params.append(key, text);
    }

    set(name: unknown, value: unknown): void {
      const [key, text] = this.#change(this.#params.size, name, value);
      this.#params.set(key, text);
    }

    delete(name: unknown, value?: unknown): void {
      const { size } = this.#params;
      const [key, text] = value === undefined ? this.#change(size, name) : this.#change(size, name, value);
      if (text === undefined) this.#params.delete(key);
      else this.#params.delete(key, text);
    }

    sort(): void {
      this.#change(this.#params.size);
      this.#params.sort();
    }

    get(name: unknown): string | null {
      return this.#params.get(textOf(name));
    }

    getAll(name: unknown): string[] {
      return [...this.#params.getAll(textOf(name))];
    }

    has(name: unknown, value?: unknown): boolean {
      const key = textOf(name);
      return value === undefined ? this.#params.has(key) : this.#params.has(key, textOf(value));
    }

    get size(): number {
      return this.#params.size;
    }

    #entries(): [string, string][] {
      const pairs: [string, string][] = [];
      this.#payForAll();
      this.#params.forEach((value, key) => pairs.push([key, value]));
      return pairs;
    }

    entries(): IterableIterator<[string, string]> {
      return this.#entries().values();
    }

    keys(): IterableIterator<string> {
      return this.#entries()
        .map(([key]) => key)
        .values();
    }

    values(): IterableIterator<string> {
      return this.#entries()
        .map(([, value]) => value)
        .values();
    }

    forEach(callback: unknown, self?: unknown): void {
      if (typeof callback !== 'function') throw new TypeError('forEach wants a function');
      for (const [key, value] of this.#entries()) Reflect.apply(callback, self, [value, key, this]);
    }

    toString(): string {
      this.#payForAll();
      return this.#params.toString();
    }

    [Symbol.iterator](): IterableIterator<[string, string]> {
      return this.#entries().values();
    }

    get [Symbol.toStringTag](): string {
      return 'URLSearchParams';
    }
  }

  return {
    URLSearchParams: named(DomainParams, 'URLSearchParams'),
    around: (params, written) => {
      adopted = { params, written };
      return new DomainParams();
    },
  };
}
