/**
 * Text encoding, where it was granted: `TextEncoder` and `TextDecoder` around those of Node, which stay in private fields. What goes in is a string or the domain's own bytes, what comes out is new, and what
 * Node throws is said again in an error of the language's own.
 */
import type { BytesGrant } from '../../abi/powers.js';
import { InvalidType, describe } from '../../shared-heap/faults.js';
import { Allowance } from './allowance.js';
import { bytesOf, bytesOfView, viewKind } from './views.js';

const HostEncoder = TextEncoder;
const HostDecoder = TextDecoder;
const { byteLength } = Buffer;
/** Nobody may call a string an encoding that is longer than this. */
const LONGEST_LABEL = 64;
const CONVERTER_BYTES = 1024;

export function textGlobals(grant: BytesGrant): { readonly [name: string]: unknown } {
  const allowance = new Allowance('text', grant.bytesPerSecond);
  const encoder = new HostEncoder();

  class DomainTextEncoder {
    readonly #made = true;

    get encoding(): string {
      void this.#made;
      return 'utf-8';
    }

    encode(text: unknown = ''): Uint8Array {
      void this.#made;
      const source = String(text);
      // A string that cannot fit is not even measured.
      allowance.take(source.length > grant.bytesPerSecond ? source.length : byteLength(source));
      return encoder.encode(source);
    }

    encodeInto(text: unknown, into: unknown): { read: number; written: number } {
      void this.#made;
      const source = String(text);
      if (viewKind(into) !== 'Uint8Array') throw new InvalidType('a Uint8Array', describe(into), 'TextEncoder.encodeInto');
      const bytes = bytesOfView(into);
      allowance.take(bytes.length);
      const { read, written } = encoder.encodeInto(source, bytes);
      return { read, written };
    }

    get [Symbol.toStringTag](): string {
      return 'TextEncoder';
    }
  }

  class DomainTextDecoder {
    readonly #decoder: InstanceType<typeof TextDecoder>;
    /** Stands in the private heap for a converter, which is native memory that no statistics count. */
    readonly #converter = new ArrayBuffer(CONVERTER_BYTES);

    constructor(label: unknown = 'utf-8', options?: unknown) {
      const name = String(label).slice(0, LONGEST_LABEL);
      const { fatal, ignoreBOM } = flagsOf(options, ['fatal', 'ignoreBOM']);
      try {
        this.#decoder = new HostDecoder(name, { fatal, ignoreBOM });
      } catch {
        throw new RangeError(`there is no encoding '${name}'`);
      }
    }

    get encoding(): string {
      return this.#decoder.encoding;
    }

    get fatal(): boolean {
      return this.#decoder.fatal;
    }

    get ignoreBOM(): boolean {
      return this.#decoder.ignoreBOM;
    }

    decode(input?: unknown, options?: unknown): string {
      const decoder = this.#decoder;
      void this.#converter;
      const { stream } = flagsOf(options, ['stream']);
      const bytes = input === undefined ? new Uint8Array() : bytesOf(input);
      if (bytes === undefined) throw new InvalidType('an ArrayBuffer or a view of one', describe(input), 'TextDecoder.decode');
      allowance.take(bytes.length);
      try {
        return decoder.decode(bytes, { stream });
      } catch {
        throw new TypeError(`the bytes are not valid ${decoder.encoding}`);
      }
    }

    get [Symbol.toStringTag](): string {
      return 'TextDecoder';
    }
  }

  return { TextEncoder: named(DomainTextEncoder, 'TextEncoder'), TextDecoder: named(DomainTextDecoder, 'TextDecoder') };
}

function flagsOf<Name extends string>(options: unknown, names: readonly Name[]): { [name in Name]: boolean } {
  const flags = {} as { [name in Name]: boolean };
  const given = (typeof options === 'object' || typeof options === 'function') && options !== null ? (options as { [name: string]: unknown }) : undefined;
  for (const name of names) flags[name] = Boolean(given?.[name]);
  return flags;
}

/** A class under the name that libraries know. */
export function named<T extends object>(made: T, name: string): T {
  return Object.defineProperty(made, 'name', { value: name });
}
