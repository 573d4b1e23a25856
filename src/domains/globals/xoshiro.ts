/**
 * xoshiro128** 1.1 (Blackman and Vigna, public domain), whose state SplitMix64 draws from a seed, as its authors advise. 32-bit integers alone, so that every machine and every version of Node
 * draws the same sequence. Not for secrets.
 */
const MASK_64 = (1n << 64n) - 1n;

export class Xoshiro128 {
  readonly #state: Uint32Array;

  private constructor(state: Uint32Array) {
    this.#state = state;
    // The one state that leads nowhere.
    if (state.every((word) => word === 0)) state[0] = 1;
  }

  /** `seed` is a whole number from 0 to 2**53 - 1. */
  static ofSeed(seed: number): Xoshiro128 {
    let mix = BigInt(seed);
    const draw = (): bigint => {
      mix = (mix + 0x9e3779b97f4a7c15n) & MASK_64;
      let z = mix;
      z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
      z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
      return z ^ (z >> 31n);
    };
    const [low, high] = [draw(), draw()];
    return new Xoshiro128(new Uint32Array([low, low >> 32n, high, high >> 32n].map((word) => Number(word & 0xffffffffn))));
  }

  /** Takes over four words that somebody drew. */
  static ofState(state: Uint32Array): Xoshiro128 {
    return new Xoshiro128(state);
  }

  /** A whole number from 0 to 2**32 - 1. */
  next(): number {
    const state = this.#state;
    const times5 = Math.imul(state[1], 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result;
  }

  /** A number from 0 to 1, 1 excluded, with 53 bits. */
  nextUnit(): number {
    const high = this.next() >>> 5;
    return (high * 67_108_864 + (this.next() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Four bytes of each draw, the lowest first. */
  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const word = this.next();
      for (let byte = 0; byte < 4 && at + byte < bytes.length; byte++) bytes[at + byte] = (word >>> (8 * byte)) & 0xff;
    }
  }
}
