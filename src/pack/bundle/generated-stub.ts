/**
 * What a generated module is inside a domain: tokens and names of variants, made from its schema alone.
 *
 * The generated file itself never gets into a leaf. Whoever ships an extension ships its generated files too, so their code
 * is worth nothing; inside a domain the trusted runtime builds accessors and proxies, outside of the Compartment.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NamedInterface, NamedType } from '../../abi/leaf.js';
import type { EnumDef, Schema } from '../../abi/schema.js';
import { GENERATED_PREFIX, SCHEMA_SUFFIX } from './import-rules.js';
import { PackError } from '../pack-error.js';
import { FREEZE, RUNTIME } from '../weaving/reserved-names.js';
import { literal } from '../weaving/respelling.js';
import { readSchemaClaim, SchemaClaimError } from './schema-claim.js';

export interface GeneratedStub {
  readonly schema: Schema;
  /** The schema's file, for messages. */
  readonly file: string;
  /** Each export's value, as an expression of the enclosing function. */
  readonly exports: ReadonlyMap<string, string>;
  /** The interfaces among the values of its exports, by their expressions. */
  readonly interfaces: ReadonlyMap<string, NamedInterface>;
  /** The structs among them, likewise. */
  readonly structs: ReadonlyMap<string, NamedType>;
  /** Of what it exports again, the specifier of the module that has it. */
  readonly reexports: ReadonlyMap<string, string>;
}

function variantNames(def: EnumDef): string {
  const members = def.variants.map(({ name }) => `${literal(name)}:${literal(name)}`);
  return `${FREEZE}({${members.join(',')}})`;
}

/** The values that the generator exports under these names. Constants are none: a schema does not carry them. */
function exportsOf(schema: Schema): Map<string, string> {
  const exports = new Map<string, string>();
  const own = `${schema.package}.`;
  const add = (qualified: string, expression: string): void => {
    if (qualified.startsWith(own)) exports.set(qualified.slice(own.length), expression);
  };
  for (const [name, def] of Object.entries(schema.structs)) {
    add(name, typeOf(name, def.id));
  }
  for (const [name, def] of Object.entries(schema.enums)) {
    const isPlain = def.variants.every((variant) => variant.payload === undefined);
    if (isPlain) add(name, variantNames(def));
    add(`${name}Type`, typeOf(name, def.id));
  }
  for (const [name, def] of Object.entries(schema.interfaces)) {
    add(name, interfaceOf(name, def.id));
    if (def.recoverable === true) add(`${name}Shadow`, shadowOf(name, def.id));
  }
  return exports;
}

function typeOf(name: string, id: string): string {
  return `${RUNTIME}.type(${literal(name)},${literal(id)})`;
}

function shadowOf(name: string, id: string): string {
  return `${RUNTIME}.shadow(${literal(name)},${literal(id)})`;
}

function interfaceOf(name: string, id: string): string {
  return `${RUNTIME}.interface(${literal(name)},${literal(id)})`;
}

function interfacesOf(schema: Schema): Map<string, NamedInterface> {
  return new Map(
    Object.values(schema.interfaces).flatMap(({ name, id }): [string, NamedInterface][] => [
      [interfaceOf(name, id), { interface: name, id }],
      [shadowOf(name, id), { interface: name, id, shadow: true }],
    ]),
  );
}

function structsOf(schema: Schema): Map<string, NamedType> {
  return new Map(Object.values(schema.structs).map(({ name, id }): [string, NamedType] => [typeOf(name, id), { type: name, id }]));
}

/** Where what is exported again comes from: the modules of other packages in the same folder, by the name that each gives. */
function reexportsOf(schema: Schema, stem: string): Map<string, string> {
  const homes = Object.entries(schema.reexports ?? {});
  return new Map(homes.flatMap(([home, names]) => names.map((name): [string, string] => [name, `${GENERATED_PREFIX}${join(dirname(stem), home)}`])));
}

/**
 * Reads the stub that `specifier` of the bundle stands for. Throws PackError where the schema does not hold, or where it is one that another stub names
 * and lies, links followed, in another folder than that one: only what the bundle imports has been asked whether it may be read.
 */
export function readStub(specifier: string, namedBy?: GeneratedStub): GeneratedStub {
  const stem = specifier.slice(GENERATED_PREFIX.length);
  const file = stem + SCHEMA_SUFFIX;
  try {
    if (namedBy && dirname(realpathSync(file)) !== dirname(realpathSync(namedBy.file))) throw new SchemaClaimError('it lies in another folder');
    const schema = readSchemaClaim(readFileSync(file, 'utf8'));
    return { schema, file, exports: exportsOf(schema), interfaces: interfacesOf(schema), structs: structsOf(schema), reexports: reexportsOf(schema, stem) };
  } catch (error) {
    const reason = (error as Error).message;
    const what = error instanceof SchemaClaimError ? `the schema does not hold: ${reason}` : `the schema cannot be read: ${reason}`;
    throw new PackError({ code: 'PACK007', what, wayOut: 'Generate it again: deciduous idl generate', file });
  }
}
