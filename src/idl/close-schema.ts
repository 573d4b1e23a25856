/** The closed schema of a package: what it declares and what that reaches, each with the id of its canonical form. */
import { forEachName, Known, typeId } from '../abi/canonical.js';
import type { EnumDef, InterfaceDef, Schema, StructDef, TypeRef } from '../abi/schema.js';
import type { Definitions } from './definitions.js';

function typesOf(name: string, { structs, enums, interfaces }: Definitions): TypeRef[] {
  if (Object.hasOwn(structs, name)) return structs[name].fields.map((field) => field.type);
  if (Object.hasOwn(enums, name)) return enums[name].variants.flatMap(({ payload }) => (payload ? [payload] : []));
  return interfaces[name].methods.flatMap((method) => [...method.params.map((param) => param.type), method.returns]);
}

/** The names of what a package declares and of what that reaches. Throws an Error where a definition names something that is not defined. */
export function reachedFrom(packageName: string, definitions: Definitions): Set<string> {
  const reached = new Set<string>();
  const pending = [definitions.structs, definitions.enums, definitions.interfaces].flatMap((table) =>
    Object.keys(table).filter((name) => name.startsWith(`${packageName}.`)),
  );
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const type of typesOf(name, definitions)) forEachName(type, (each) => pending.push(each));
  }
  return reached;
}

/** Throws an Error where a definition names something that is not defined; the checker has refused such input before. */
export function closeSchema(packageName: string, definitions: Definitions): Schema {
  const reached = reachedFrom(packageName, definitions);
  const structs: Record<string, StructDef> = {};
  const enums: Record<string, EnumDef> = {};
  const interfaces: Record<string, InterfaceDef> = {};
  // What many reach is written once.
  const known = new Known();
  for (const name of [...reached].sort()) {
    // The id stands second, where people look for it.
    if (Object.hasOwn(definitions.structs, name)) {
      const { name: _, fields, ...head } = definitions.structs[name];
      structs[name] = { name, id: typeId({ kind: 'named', name }, definitions, known), ...head, fields };
    } else if (Object.hasOwn(definitions.enums, name)) {
      const { name: _, variants, ...head } = definitions.enums[name];
      enums[name] = { name, id: typeId({ kind: 'named', name }, definitions, known), ...head, variants };
    } else {
      const { name: _, methods, ...head } = definitions.interfaces[name];
      interfaces[name] = { name, id: typeId({ kind: 'interface', name }, definitions, known), ...head, methods };
    }
  }
  return { package: packageName, structs, enums, interfaces };
}
