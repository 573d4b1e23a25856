/**
 * Which older interfaces an interface serves: those that have its first methods and no others.
 *
 * A method's number on the wire is its place, and a caller never uses more of an interface than it was built with; so who asks for the first methods can be answered by who has more.
 * Equal is told by the id: that of the interface cut short has to be the very id that is asked for, so names, types, all that they reach and `@noForward` agree.
 *
 * An interface that is passed in its own calls serves no older one: whoever was built with the longer one could be passed the shorter, and call what is not there.
 */
import { typeId } from '../abi/canonical.js';
import type { Schema } from '../abi/schema.js';
import { formOf, namesIn, reachedFrom } from './form.js';

/** The id of interface `name` with its first `count` methods alone; undefined where it has not more than those, or is passed in its own calls. */
export function olderId(name: string, schema: Schema, count: number): string | undefined {
  const def = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name] : undefined;
  if (def === undefined || count < 1 || count >= def.methods.length) return undefined;
  const shorter = { ...def, methods: def.methods.slice(0, count) };
  const definitions = { ...schema, interfaces: { ...schema.interfaces, [name]: shorter } };
  const form = formOf(name, definitions);
  if (form === undefined || reachedFrom(namesIn(form), (each) => formOf(each, definitions)).has(name)) return undefined;
  return typeId({ kind: 'interface', name }, definitions);
}

const known = new WeakMap<Schema, Map<string, readonly string[]>>();

/** The ids of all older interfaces that `name` serves. */
export function olderIds(name: string, schema: Schema): readonly string[] {
  let ofSchema = known.get(schema);
  if (ofSchema === undefined) known.set(schema, (ofSchema = new Map()));
  let ids = ofSchema.get(name);
  if (ids === undefined) {
    const count = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name].methods.length : 0;
    ids = Array.from({ length: Math.max(0, count - 1) }, (_, index) => olderId(name, schema, index + 1)).filter((id) => id !== undefined);
    ofSchema.set(name, ids);
  }
  return ids;
}
