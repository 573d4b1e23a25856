/** A package as people read it, in generated code and on its reference page: its schema, in the order and with the comments of its file. */
import path from 'node:path';
import type { Schema } from '../abi/schema.js';
import type { Constant } from './constants.js';
import type { Definitions } from './definitions.js';
import type { Module } from './modules.js';
import type { Reexport } from './reexports.js';

export interface PackageDescription {
  /** The IDL file's name, without its folder: where the compiler ran must not show. */
  readonly sourceName: string;
  readonly schema: Schema;
  /** Own definitions by qualified name, in the order of the file. */
  readonly order: readonly string[];
  /** What its module exports of the packages that it imports. */
  readonly reexports: readonly Reexport[];
  readonly doc: string | undefined;
  readonly constants: readonly (Constant & { readonly name: string; readonly doc?: string })[];
}

export function describePackage(module: Module, schema: Schema, reexports: readonly Reexport[], definitions: Definitions): PackageDescription {
  const declared = module.document.declarations.map(({ name }) => ({ name, qualified: `${module.package}.${name}` }));
  const constants = declared.flatMap(({ name, qualified }) => {
    const constant = definitions.constants.get(qualified);
    return constant ? [{ name, ...constant }] : [];
  });
  return {
    sourceName: path.basename(module.file.path),
    schema,
    reexports,
    order: declared.map(({ qualified }) => qualified).filter((name) => !definitions.constants.has(name)),
    doc: module.docs.before(module.document.packages[0]?.$cstNode),
    constants,
  };
}
