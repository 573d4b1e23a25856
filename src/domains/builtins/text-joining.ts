/**
 * Built-ins that put texts together as `+` does: what they answer has cost nothing yet, and takes its whole length once it is read. So it counts when it is made, as what the operator makes does (src/pack/growth.ts).
 *
 * Imported after what replaces some of them for other reasons.
 */
import { replace, grown } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;

function countResults(holder: Any, keys: readonly string[]): void {
  for (const key of keys) {
    const native: Any = holder[key];
    // A method, because none of them can be constructed.
    const counted = {
      [key](this: Any) {
        return grown(apply(native, this, arguments));
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
