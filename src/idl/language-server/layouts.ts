/** How definitions lie in memory, from the code that lays them out. */
import { forEachName } from '../../abi/canonical.js';
import type { Schema, TypeRef } from '../../abi/schema.js';
import { alignUp, choiceLayout, layoutOf, sequenceLayout, type TypeLayout } from '../../abi/type-layout.js';
import type { Definitions } from '../definitions.js';
import { isEnum, isStruct } from '../grammar/generated/ast.js';
import type { Module } from '../modules.js';

/** Definitions as the code of layouts and comments takes them. It asks for no ids, and these have none. */
export function asSchema(packageName: string, { structs, enums, interfaces }: Definitions): Schema {
  return { package: packageName, structs, enums, interfaces } as unknown as Schema;
}

/** Whether everything that `type` reaches was understood: parts with errors are left out, and figures without them would be wrong. */
export function isWhole(type: TypeRef, modules: readonly Module[], { structs, enums }: Definitions, seen = new Set<string>()): boolean {
  let whole = true;
  forEachName(type, (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const dot = name.indexOf('.');
    const declaration = modules.find((module) => module.package === name.slice(0, dot))?.declarations.get(name.slice(dot + 1));
    const parts = Object.hasOwn(structs, name)
      ? structs[name].fields.map((field) => field.type)
      : Object.hasOwn(enums, name)
        ? enums[name].variants.flatMap(({ payload }) => payload ?? [])
        : [];
    const written = isStruct(declaration) ? declaration.fields.length : isEnum(declaration) ? declaration.variants.length : undefined;
    const understood = isEnum(declaration) ? enums[name]?.variants.length : parts.length;
    if (written !== undefined && written !== understood) whole = false;
    for (const part of parts) whole = whole && isWhole(part, modules, { structs, enums } as Definitions, seen);
  });
  return whole;
}

export interface Part {
  readonly type: TypeRef;
  readonly layout: TypeLayout;
  /** Its first slot, and where its data begins in the value's data. */
  readonly slot: number;
  readonly data: number;
}

/** Values one behind the other, as the fields of a struct or a method's parameters. Throws an Error where they have no layout. */
export function partsOf(types: readonly TypeRef[], schema: Schema): { whole: TypeLayout; parts: Part[] } {
  const { whole, at } = sequenceLayout(types, schema);
  return { whole, parts: types.map((type, index) => ({ type, layout: layoutOf(type, schema), ...at[index] })) };
}

export function enumLayout(payloads: readonly TypeRef[], schema: Schema): { whole: TypeLayout; payloadAt: number } {
  return choiceLayout(payloads, 4, schema);
}

/** What a block that holds such a value takes behind its header: slots, space up to a multiple of 8, data. */
export function payloadBytes({ slots, bytes }: TypeLayout): number {
  return dataAt(slots) + bytes;
}

/** Where data begins in a block's payload. */
export function dataAt(slots: number): number {
  return alignUp(slots * 4, 8);
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** `2 slots, 24 bytes of data, aligned to 8`. */
export function layoutText({ slots, bytes, align }: TypeLayout): string {
  if (slots === 0 && bytes === 0) return 'takes nothing';
  const parts = [slots > 0 ? counted(slots, 'slot') : '', bytes > 0 ? `${counted(bytes, 'byte')} of data, aligned to ${align}` : ''];
  return parts.filter((part) => part !== '').join(', ');
}
