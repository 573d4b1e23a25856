/** Where a change is pointed at: what changed in the new file, or what stands around the place where something is gone. */
import type { Span } from '../diagnostic.js';
import { isConst, isEnum, isInterface, isStruct } from '../grammar/generated/ast.js';
import type { Module } from '../modules.js';
import { spanOf } from '../syntax-places.js';

/** The package line. */
export function packageSpan({ file, document }: Module): Span {
  return document.packages[0] ? spanOf(file, document.packages[0], 'name') : { file, offset: 0, length: 1 };
}

/** Which part of a member: its name, its type or payload or result, or one of its parameters. */
export type Part = 'name' | 'type' | number;

function membersOf(declaration: NonNullable<ReturnType<Module['declarations']['get']>>) {
  if (isStruct(declaration)) return declaration.fields;
  if (isEnum(declaration)) return declaration.variants;
  return isInterface(declaration) ? declaration.methods : [];
}

const TYPE_PROPERTY = { Field: 'type', Variant: 'payload', Method: 'returns' } as const;

/** A member, or part of one; the declaration's name where there is no such member, and the package line where there is no such declaration. `name` is without the package. */
export function placeOf(module: Module, name: string, member?: string, part: Part = 'name'): Span {
  const declaration = module.declarations.get(name);
  if (!declaration) return packageSpan(module);
  const found = member === undefined ? undefined : membersOf(declaration).find((each) => each.name === member);
  if (!found) return spanOf(module.file, declaration, 'name');
  if (part === 'name') return spanOf(module.file, found, 'name');
  if (typeof part === 'number') {
    const param = 'params' in found ? found.params[part] : undefined;
    return param ? spanOf(module.file, param, 'type') : spanOf(module.file, found, 'name');
  }
  const property = TYPE_PROPERTY[found.$type as keyof typeof TYPE_PROPERTY];
  const hasType = 'payload' in found ? found.payload.length > 0 : true;
  return spanOf(module.file, found, hasType ? property : 'name');
}

/** An annotation before a declaration or a member; what it stood before where it is gone. */
export function annotationPlace(module: Module, annotation: string, name: string, member?: string): Span {
  const declaration = module.declarations.get(name);
  const owner = member === undefined ? declaration : declaration && membersOf(declaration).find((each) => each.name === member);
  const found = owner?.annotations.find((each) => each.name === annotation);
  return found ? spanOf(module.file, found) : placeOf(module, name, member);
}

/** The value of a constant, or its type. */
export function constantPlace(module: Module, name: string): Span {
  const declaration = module.declarations.get(name);
  return declaration && isConst(declaration) ? spanOf(module.file, declaration, 'value') : placeOf(module, name);
}
