/** Choices of a random test, all of them drawn from fast-check, so that a seed brings them back. */
import fc from 'fast-check';

export class Draw {
  readonly #given: fc.GeneratorValue;

  constructor(given: fc.GeneratorValue) {
    this.#given = given;
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return this.#given(fc.integer, { min: least, max: most });
  }

  /** True in one of so many draws. */
  oneIn(count: number): boolean {
    return this.int(1, count) === 1;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)];
  }

  bigint(least: bigint, most: bigint): bigint {
    return this.#given(fc.bigInt, { min: least, max: most });
  }

  double(): number {
    return this.#given(fc.double, {});
  }

  float(): number {
    return this.#given(fc.float, {});
  }

  text(longest: number): string {
    return this.#given(fc.string, { unit: 'binary', maxLength: longest }).toWellFormed();
  }

  bytes(longest: number): Uint8Array {
    return this.#given(fc.uint8Array, { maxLength: longest });
  }
}
