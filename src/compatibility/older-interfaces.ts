/**
 * Which older interfaces an interface serves: those that have its first methods and no others.
 *
 * A method's number on the wire is its place, and a caller never uses more of an interface than it was built with; so who asks for the first methods can be answered by who has more.
 * Equal is told by the id: that of the interface cut short has to be the very id that is asked for, so names, types, all that they reach and `@noForward` agree.
 *
 * An interface that is passed in its own calls serves no older one: whoever was built with the longer one could be passed the shorter, and call what is not there.
 */
import type { Schema } from '../abi/schema.js';
import { type Form, formOf, idFromForms, namesIn, reachedFrom } from './form.js';

/** The ids of interface `name` with its first `from` methods alone, with one more, and so on to `to` methods, or as far as it is not passed in its own calls. */
function idsOfFirst(name: string, schema: Schema, from: number, to: number): string[] {
  const whole = formOf(name, schema);
  const ids: string[] = [];
  if (whole?.kind !== 'interface' || from < 1 || to >= whole.members.length) return ids;
  const forms = new Map<string, Form | undefined>();
  const formFor = (each: string): Form | undefined => {
    if (!forms.has(each)) forms.set(each, formOf(each, schema));
    return forms.get(each);
  };
  // What the first methods reach the next ones reach too: each method's share is looked for once.
  let reached = new Map<string, Form>();
  for (let count = 1; count <= to; count++) {
    const names = namesIn({ ...whole, members: [whole.members[count - 1]] }).filter((each) => !reached.has(each));
    if (names.length > 0) reached = new Map([...reached, ...reachedFrom(names, formFor)]);
    if (reached.has(name)) break;
    if (count >= from) ids.push(idFromForms(name, new Map([...reached, [name, { ...whole, members: whole.members.slice(0, count) }]])));
  }
  return ids;
}

/** The id of interface `name` with its first `count` methods alone; undefined where it has not more than those, or is passed in its own calls. */
export function olderId(name: string, schema: Schema, count: number): string | undefined {
  return idsOfFirst(name, schema, count, count)[0];
}

const known = new WeakMap<Schema, Map<string, readonly string[]>>();

/** The ids of all older interfaces that `name` serves. */
export function olderIds(name: string, schema: Schema): readonly string[] {
  let ofSchema = known.get(schema);
  if (ofSchema === undefined) known.set(schema, (ofSchema = new Map()));
  let ids = ofSchema.get(name);
  if (ids === undefined) {
    const count = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name].methods.length : 0;
    ofSchema.set(name, (ids = idsOfFirst(name, schema, 1, count - 1)));
  }
  return ids;
}
