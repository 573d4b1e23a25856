/**
 * URL parsing, where it was granted: `URL` and `URLSearchParams` around those of Node, which stay in private fields. Parsing is no authority: nothing is fetched, and `createObjectURL` is not there.
 */
import type { BytesGrant } from '../../abi/powers.js';
import { Allowance } from './allowance.js';
import { named } from './text.js';
import { domainParams } from './url-search-params.js';

const HostURL = URL;

export function urlGlobals(grant: BytesGrant): { readonly [name: string]: unknown } {
  const allowance = new Allowance('url', grant.bytesPerSecond);
  const { URLSearchParams, around } = domainParams(allowance);

  const textOf = (value: unknown): string => {
    const text = String(value);
    allowance.take(text.length);
    return text;
  };

  const parse = (address: unknown, base: unknown): URL | undefined => {
    const text = textOf(address);
    const from = base === undefined ? undefined : textOf(base);
    try {
      return new HostURL(text, from);
    } catch {
      return undefined;
    }
  };

  class DomainURL {
    readonly #url: URL;
    #params: object | null = null;

    constructor(address: unknown, base?: unknown) {
      const url = parse(address, base);
      if (url === undefined) throw new TypeError('Invalid URL');
      this.#url = url;
    }

    static canParse(address: unknown, base?: unknown): boolean {
      return parse(address, base) !== undefined;
    }

    static parse(address: unknown, base?: unknown): DomainURL | null {
      const url = parse(address, base);
      return url === undefined ? null : new DomainURL(url.href);
    }

    /** A change parses the whole address anew. */
    #change(value: unknown): string {
      allowance.take(this.#url.href.length);
      return textOf(value);
    }

    get href(): string {
      return this.#url.href;
    }
    set href(value: unknown) {
      const text = this.#change(value);
      try {
        this.#url.href = text;
      } catch {
        throw new TypeError('Invalid URL');
      }
    }

    get origin(): string {
      return this.#url.origin;
    }

    get protocol(): string {
      return this.#url.protocol;
    }
    set protocol(value: unknown) {
      this.#url.protocol = this.#change(value);
    }

    get username(): string {
      return this.#url.username;
    }
    set username(value: unknown) {
      this.#url.username = this.#change(value);
    }

    get password(): string {
      return this.#url.password;
    }
    set password(value: unknown) {
      this.#url.password = this.#change(value);
    }

    get host(): string {
      return this.#url.host;
    }
    set host(value: unknown) {
      this.#url.host = this.#change(value);
    }

    get hostname(): string {
      return this.#url.hostname;
    }
    set hostname(value: unknown) {
      this.#url.hostname = this.#change(value);
    }

    get port(): string {
      return this.#url.port;
    }
    set port(value: unknown) {
      this.#url.port = this.#change(value);
    }

    get pathname(): string {
      return this.#url.pathname;
    }
    set pathname(value: unknown) {
      this.#url.pathname = this.#change(value);
    }

    get search(): string {
      return this.#url.search;
    }
    set search(value: unknown) {
      this.#url.search = this.#change(value);
    }

    get hash(): string {
      return this.#url.hash;
    }
    set hash(value: unknown) {
      this.#url.hash = this.#change(value);
    }

    get searchParams(): object {
      this.#params ??= around(this.#url.searchParams, () => this.#url.href.length);
      return this.#params;
    }

    toString(): string {
      return this.#url.href;
    }

    toJSON(): string {
      return this.#url.href;
    }

    get [Symbol.toStringTag](): string {
      return 'URL';
    }
  }

  return { URL: named(DomainURL, 'URL'), URLSearchParams };
}
