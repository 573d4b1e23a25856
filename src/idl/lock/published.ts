/** What a package publishes: its definitions by form and id, what they reach in other packages, what its methods promise, and its constants. */
import path from 'node:path';
import type { InterfaceDef, MethodDef, Schema } from '../../abi/schema.js';
import { type Form, formOf } from '../../compatibility/form.js';
import type { Constant } from '../constants.js';
import type { Definitions } from '../definitions.js';
import { literal } from '../generate/literal.js';
import type { Module } from '../modules.js';

/** Annotations that fingerprints do not carry, as the IDL writes them, in a fixed order. */
export type Promises = readonly string[];

export interface PublishedDefinition {
  readonly id: string;
  readonly form: Form;
  readonly promises: Promises;
  /** Of those methods that have any, by name. */
  readonly methods: ReadonlyMap<string, Promises>;
}

export interface PublishedPackage {
  readonly name: string;
  /** The file's name, without its folder: the lock file stands beside it. */
  readonly file: string;
  /** Type and value of each constant, by name without the package. */
  readonly constants: ReadonlyMap<string, string>;
  /** Definitions of its own, by qualified name. */
  readonly definitions: ReadonlyMap<string, PublishedDefinition>;
  /** What those reach in other packages. */
  readonly beneath: ReadonlyMap<string, PublishedDefinition>;
}

function promisesOf({ idempotent, deadlineMs, asyncOnly, since }: MethodDef): Promises {
  return [
    ...(since === undefined ? [] : [`@since(${since})`]),
    ...(idempotent ? ['@idempotent'] : []),
    ...(asyncOnly ? ['@async'] : []),
    ...(deadlineMs === undefined ? [] : [`@deadline(${deadlineMs}ms)`]),
  ];
}

function promisesOfInterface({ recoverable }: InterfaceDef): Promises {
  return recoverable ? ['@recoverable'] : [];
}

function constantText({ scalar, value }: Constant): string {
  return `${scalar} = ${typeof value === 'bigint' ? `${value}` : literal(value)}`;
}

function publishedDefinition(name: string, schema: Schema): PublishedDefinition {
  const def = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name] : undefined;
  const { id } = def ?? (Object.hasOwn(schema.structs, name) ? schema.structs[name] : schema.enums[name]);
  const form = formOf(name, schema) as Form;
  const promising = (def?.methods ?? []).map((method): [string, Promises] => [method.name, promisesOf(method)]);
  return { id, form, promises: def ? promisesOfInterface(def) : [], methods: new Map(promising.filter(([, promises]) => promises.length > 0)) };
}

/** What `module` publishes. Everything is sorted by name, members apart: their order is part of what is published. */
export function publishedBy(module: Module, schema: Schema, definitions: Definitions): PublishedPackage {
  const names = [schema.structs, schema.enums, schema.interfaces].flatMap((table) => Object.keys(table)).sort();
  const isOwn = (name: string): boolean => name.startsWith(`${module.package}.`);
  const published = (these: readonly string[]): Map<string, PublishedDefinition> => new Map(these.map((name) => [name, publishedDefinition(name, schema)]));
  const constants = [...definitions.constants]
    .filter(([name]) => isOwn(name))
    .map(([name, constant]): [string, string] => [name.slice(module.package.length + 1), constantText(constant)]);
  return {
    name: module.package,
    file: path.basename(module.file.path),
    constants: new Map(constants.sort(([a], [b]) => (a < b ? -1 : 1))),
    definitions: published(names.filter(isOwn)),
    beneath: published(names.filter((name) => !isOwn(name))),
  };
}
