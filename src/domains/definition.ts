/** The shape of what an extension exports. It comes from untrusted code, so it is read once, here, and what is wrong is said in words. */
import type { LoadFailure } from '../abi/control-protocol.js';
import type { Manifest, NamedInterface } from '../abi/leaf.js';
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
  /** What it keeps: the tokens of types, by name. */
  readonly keeps: { readonly [name: string]: unknown };
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

/**
 * Answers the definition as plain data, or throws a LoadRefusal, also where it is not what `manifest` says: that is what was signed, and what the host has looked at. Getters of the export
 * run here, once, in the domain's own time.
 */
export function readDefinition(exported: unknown, tokens: Tokens, manifest: Manifest | undefined): Definition {
  if (typeof exported !== 'object' || exported === null) throw refusal('the default export must be what defineDomain() answers');
  const { provides, imports, keeps, uses, init, limits, version } = exported as { readonly [part: string]: unknown };
  if (typeof init !== 'function') throw refusal('defineDomain() wants a function init()');
  const definition: Definition = {
    uses: Array.isArray(uses) ? [...(uses as unknown[])] : [],
    provides: readTokens('provides', provides, tokens),
    imports: imports === undefined ? {} : readTokens('imports', imports, tokens),
    keeps: keeps === undefined ? {} : readKept(keeps),
    init: (context) => (init as (context: unknown) => unknown).call(undefined, context),
  };
  const asked = readNumbers(limits ?? {});
  if (manifest !== undefined) {
    for (const part of ['provides', 'imports'] as const) if (!isSame(definition[part], manifest[part])) throw differs(part);
    if (!isSameTypes(definition.keeps, manifest.keeps ?? {}, tokens)) throw differs('keeps');
    if (!isSameNumbers(asked, manifest.limits)) throw differs('limits');
    if ((version ?? 1) !== manifest.version) throw differs('version');
  } else if (limits !== undefined || version !== undefined || keeps !== undefined) {
    throw refusal(
      'keeps, limits and version can be asked for only where provides and imports are written out in defineDomain({ ... }): they are read before anything runs',
    );
  }
  return definition;
}

function differs(part: string): LoadRefusal {
  return refusal(
    `${part}: the definition is not what the manifest of the leaf says. Write ${part} out in defineDomain({ ... }), and change nothing of it afterwards`,
  );
}

function isSame(tokens: { readonly [name: string]: NamedToken }, named: { readonly [name: string]: NamedInterface }): boolean {
  const names = Object.keys(tokens);
  const isEqual = (token: NamedToken, other: NamedInterface): boolean =>
    token.name === other.interface && token.id === other.id && (token.shadow === true) === (other.shadow === true);
  return names.length === Object.keys(named).length && names.every((name) => Object.hasOwn(named, name) && isEqual(tokens[name], named[name]));
}

function readKept(keeps: unknown): Definition['keeps'] {
  if (typeof keeps !== 'object' || keeps === null) throw refusal('keeps must be an object of types by name');
  return Object.fromEntries(Object.entries(keeps));
}

function isSameTypes(kept: Definition['keeps'], named: NonNullable<Manifest['keeps']>, tokens: Tokens): boolean {
  const names = Object.keys(kept);
  return names.length === Object.keys(named).length && names.every((name) => Object.hasOwn(named, name) && tokens.knownType(kept[name])?.id === named[name].id);
}

function readNumbers(limits: unknown): Map<string, unknown> {
  if (typeof limits !== 'object' || limits === null) throw refusal('limits must be an object of numbers');
  return new Map(Object.entries(limits));
}

function isSameNumbers(asked: ReadonlyMap<string, unknown>, manifest: Manifest['limits']): boolean {
  const entries = Object.entries(manifest);
  return entries.length === asked.size && entries.every(([name, value]) => asked.get(name) === value);
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
