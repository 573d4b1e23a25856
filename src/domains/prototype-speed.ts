/**
 * A way around another cliff: what lockdown changes one property at a time, V8 keeps as a dictionary afterwards, and code that reads the length of a typed array then asks that dictionary in each round of its loop. V8 lays
 * out anew what becomes the prototype of something made by a function.
 */
import { typedArrayPrototypes } from './typed-array-freeze.js';

export function layOutPrototypes(): void {
  for (const prototype of typedArrayPrototypes) {
    const Maker = function (): void {} as unknown as new () => unknown;
    Maker.prototype = prototype;
    new Maker();
  }
}
