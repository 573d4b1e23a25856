/**
 * Built-ins that put texts together as `+` does: what they answer has cost nothing yet, and takes its whole length once it is read. So it counts when it is made, as what the operator makes does (src/pack/weaving/growth.ts).
 *
 * The same goes for parts of a text.
 *
 * Imported after what replaces some of them for other reasons.
 */
import { cut, grown, replace } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;

function countResults(holder: Any, keys: readonly string[], count: (made: unknown) => unknown = grown): void {
  for (const key of keys) {
    const native: Any = holder[key];
    // A method, because none of them can be constructed.
    const counted = {
      [key](this: Any) {
        return count(apply(native, this, arguments));
      },
    };
    if (typeof native === 'function') replace(holder, counted);
  }
}

const HTML = ['anchor', 'big', 'blink', 'bold', 'fixed', 'fontcolor', 'fontsize', 'italics', 'link', 'small', 'strike', 'sub', 'sup'];
countResults(String.prototype, ['concat', ...HTML]);
countResults(String, ['raw']);
countResults(Array.prototype, ['join', 'toLocaleString']);
countResults(Object.getPrototypeOf(Uint8Array.prototype), ['join', 'toLocaleString']);
for (const { prototype } of [Object, Symbol, RegExp, Error]) countResults(prototype, ['toString']);
// What they answer leads into the whole text. As the key of an object it is copied.
countResults(String.prototype, ['slice', 'substring', 'substr', 'trim', 'trimStart', 'trimEnd'], cut);
// The old names are other names of the same functions.
for (const [old, name] of [
  ['trimLeft', 'trimStart'],
  ['trimRight', 'trimEnd'],
])
  Object.defineProperty(String.prototype, old, Object.getOwnPropertyDescriptor(String.prototype, name) as PropertyDescriptor);
