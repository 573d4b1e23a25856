/** The compartment in which an extension's code runs: the named globals and nothing else. */
import { GLOBAL_NAMES } from './global-names.js';
import { DomainDate, hardenAll } from './lockdown.js';

export interface Endowments {
  readonly [name: string]: unknown;
}

/** Evaluates a leaf's code; answers the function that the trusted build made of it. Throws a SyntaxError or TypeError where SES or V8 refuses the text. */
export function evaluateLeaf(code: string, name: string, endowments: Endowments): (runtime: unknown) => unknown {
  hardenAll(endowments);
  // SES leaves the float arrays out because a NaN's bits can carry a value; inside one domain that tells nobody anything. `Function` is the inert one, which libraries compare with and nobody can call.
  const given = { Date: DomainDate, ...endowments, Float32Array, Float64Array, Function: Function.prototype.constructor };
  const compartment = new Compartment({ __options__: true, name, globals: given } as never);
  const globals = compartment.globalThis as { [name: string]: unknown };
  for (const key of Reflect.ownKeys(globals)) {
    // SES pins Symbol.unscopables, which names no power, so that nobody can hide globals.
    if (key === Symbol.unscopables || (typeof key === 'string' && (GLOBAL_NAMES.has(key) || Object.hasOwn(endowments, key)))) continue;
    // What cannot be deleted would be power that nobody decided on.
    if (!Reflect.deleteProperty(globals, key)) throw new TypeError(`the compartment keeps a global that it should not have: ${String(key)}`);
  }
  const made: unknown = compartment.evaluate(`${code}\n//# sourceURL=${encodeURIComponent(name)}.leaf`);
  if (typeof made !== 'function') throw new TypeError('the code of the leaf is not what the trusted build makes');
  return made as (runtime: unknown) => unknown;
}
