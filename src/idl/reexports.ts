/**
 * What a generated module exports beside its own: the declarations of the packages that its file imports directly, so that one import in TypeScript
 * brings what belongs to an interface. What is called like something of the package itself, or of another imported one, is left to its own module.
 */
import type { Schema } from '../abi/schema.js';
import { TypeText } from './generate/type-text.js';
import { generatedNames } from './declarations.js';
import { isConst, isInterface, isStruct } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import type { Declaration } from './parse.js';

export interface Reexport {
  readonly package: string;
  /** Names of its module that are values, and perhaps types of the same name; and those that are types alone. */
  readonly values: readonly string[];
  readonly types: readonly string[];
  readonly isConstant: boolean;
}

function namesOf(declaration: Declaration, home: Schema): Pick<Reexport, 'values' | 'types'> {
  const { name } = declaration;
  if (isConst(declaration)) return { values: [name], types: [] };
  if (isStruct(declaration)) return { values: [name], types: [`${name}Value`] };
  if (isInterface(declaration)) {
    const { recoverable } = home.interfaces[`${home.package}.${name}`];
    return { values: [name, ...(recoverable ? [`${name}Shadow`] : [])], types: [`${name}Impl`] };
  }
  if (declaration.variants.every(({ payload }) => payload.length === 0)) return { values: [name, `${name}Type`], types: [] };
  const hasView = new TypeText(home).holdsBytes({ kind: 'named', name: `${home.package}.${name}` });
  return { values: [`${name}Type`], types: [name, ...(hasView ? [`${name}View`] : [])] };
}

/** `schemas` has those of the imported packages. */
export function reexportsOf(module: Module, schemas: ReadonlyMap<string, Schema>): Reexport[] {
  const taken = new Map<string, number>();
  const imported = [...module.imports.values()].sort((a, b) => (a.package < b.package ? -1 : 1));
  for (const each of [module, ...imported]) {
    for (const name of [...each.declarations.values()].flatMap(generatedNames)) taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  return imported.flatMap((from) => {
    const home = schemas.get(from.package);
    const free = [...from.declarations.values()].filter((declaration) => generatedNames(declaration).every((name) => taken.get(name) === 1));
    return home === undefined ? [] : free.map((each) => ({ package: from.package, ...namesOf(each, home), isConstant: isConst(each) }));
  });
}

/** The schema with the names that a domain can import: a constant is none. */
export function withReexports(schema: Schema, reexports: readonly Reexport[]): Schema {
  const byPackage: Record<string, string[]> = {};
  for (const { package: home, values, isConstant } of reexports) if (!isConstant) (byPackage[home] ??= []).push(...values);
  const { package: name, ...definitions } = schema;
  return Object.keys(byPackage).length === 0 ? schema : { package: name, reexports: byPackage, ...definitions };
}
