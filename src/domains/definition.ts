/** The shape of what an extension exports. It comes from untrusted code, so it is read once, here, and what is wrong is said in words. */
import type { LoadFailure } from '../abi/control-protocol.js';
import type { Tokens } from './tokens.js';

export interface NamedToken {
  readonly name: string;
  readonly id: string;
  readonly shadow?: true;
}

export interface Definition {
  readonly uses: readonly unknown[];
  readonly provides: { readonly [name: string]: NamedToken };
  readonly imports: { readonly [name: string]: NamedToken };
  readonly init: (context: unknown) => unknown;
}

/** A load that is refused for what the extension says, not for what it did. */
export class LoadRefusal extends Error {
  readonly code: 'InvalidType' | 'PermissionDenied';
  readonly mismatch: LoadFailure['mismatch'];
  constructor(code: 'InvalidType' | 'PermissionDenied', message: string, mismatch?: LoadFailure['mismatch']) {
    super(message);
    this.code = code;
    this.mismatch = mismatch;
  }
}

/** Answers the definition as plain data, or throws a LoadRefusal. Getters of the export run here, once, in the domain's own time. */
export function readDefinition(exported: unknown, tokens: Tokens): Definition {
  if (typeof exported !== 'object' || exported === null) throw refusal('the default export must be what defineDomain() answers');
  const { provides, imports, uses, init } = exported as { provides?: unknown; imports?: unknown; uses?: unknown; init?: unknown };
  if (typeof init !== 'function') throw refusal('defineDomain() wants a function init()');
  return {
    uses: Array.isArray(uses) ? [...(uses as unknown[])] : [],
    provides: readTokens('provides', provides, tokens),
    imports: imports === undefined ? {} : readTokens('imports', imports, tokens),
    init: (context) => (init as (context: unknown) => unknown).call(undefined, context),
  };
}

function readTokens(part: string, value: unknown, tokens: Tokens): { [name: string]: NamedToken } {
  if (typeof value !== 'object' || value === null) throw refusal(`${part} must be an object of interfaces by name`);
  const read: { [name: string]: NamedToken } = {};
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw refusal(`${part}: __proto__ is no name for an interface`);
    const token = tokens.knownInterface((value as { [name: string]: unknown })[name]);
    if (token === undefined) throw refusal(`${part}.${name} is not an interface of a generated module`);
    if (part === 'provides' && token.shadow === true)
      throw refusal(`provides.${name} is a shadow, which is asked for and not provided: provide ${token.name} itself`);
    read[name] = token;
  }
  return read;
}

function refusal(message: string): LoadRefusal {
  return new LoadRefusal('InvalidType', message);
}
