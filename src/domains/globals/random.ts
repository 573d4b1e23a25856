/**
 * Chance, where it was granted: `Math.random`, `crypto.getRandomValues` and `crypto.randomUUID`.
 *
 * `Math.random` draws from a generator in the domain's own thread, which a seed or the operating system starts, and so costs nobody anything. Bytes for secrets come from the operating system, within
 * a quota; with a seed they are drawn from the same generator, without one, because a quota by the clock would end the sequence elsewhere each time.
 */
import { randomFillSync } from 'node:crypto';
import type { RandomGrant } from '../../abi/powers.js';
import { InvalidType, ResourceExhausted, describe } from '../../shared-heap/faults.js';
import { Allowance } from './allowance.js';
import { bytesOfView, viewKind } from './views.js';
import { Xoshiro128 } from './xoshiro.js';

/** As in browsers. */
const MOST_BYTES_A_CALL = 65_536;
const INTEGER_ARRAYS: ReadonlySet<string | undefined> = new Set([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
]);

export function randomGlobals(grant: RandomGrant): { readonly [name: string]: unknown } {
  const generator = 'seed' in grant ? Xoshiro128.ofSeed(grant.seed) : Xoshiro128.ofState(randomFillSync(new Uint32Array(4)));
  const fill = 'seed' in grant ? (bytes: Uint8Array) => generator.fill(bytes) : fillWithin(new Allowance('random', grant.bytesPerSecond));
  const methods = {
    getRandomValues(array: unknown): unknown {
      if (!INTEGER_ARRAYS.has(viewKind(array))) throw new InvalidType('a typed array of whole numbers', describe(array), 'crypto.getRandomValues');
      const bytes = bytesOfView(array);
      if (bytes.length > MOST_BYTES_A_CALL) throw new ResourceExhausted('random', `${bytes.length} bytes in one call, where ${MOST_BYTES_A_CALL} are the most`);
      fill(bytes);
      return array;
    },
    randomUUID(): string {
      const bytes = new Uint8Array(16);
      fill(bytes);
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      let text = '';
      for (let at = 0; at < 16; at++) text += `${at === 4 || at === 6 || at === 8 || at === 10 ? '-' : ''}${(bytes[at] + 256).toString(16).slice(1)}`;
      return text;
    },
  };
  // What the compartment calls Math throws at random(); this one has all else of it.
  const math: object = Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(Math),
    random: { value: { random: () => generator.nextUnit() }.random, writable: true, enumerable: false, configurable: true },
  }) as object;
  return { Math: math, crypto: methods };
}

function fillWithin(allowance: Allowance): (bytes: Uint8Array) => void {
  return (bytes) => {
    allowance.take(bytes.length);
    randomFillSync(bytes);
  };
}
