/**
 * Forms: a definition's canonical text taken apart by member. Definitions are compared by their forms, and `idl.lock` keeps them, so that what changed can be named and not only noticed.
 */
import { createHash } from 'node:crypto';
import { canonicalType } from '../abi/canonical.js';
import type { EnumDef, InterfaceDef, StructDef } from '../abi/schema.js';

/** A field, a variant or a method. */
export interface Member {
  readonly name: string;
  /** The canonical text of a field's type, a variant's payload (empty where it has none), or what a method returns. */
  readonly type: string;
  /** Of a method: the canonical text of each parameter's type. */
  readonly params?: readonly string[];
}

export interface Form {
  readonly kind: 'struct' | 'enum' | 'interface';
  /** With its package. */
  readonly name: string;
  readonly noForward: boolean;
  readonly members: readonly Member[];
}

/** Whatever defines things by qualified name. */
export interface Defined {
  readonly structs: { readonly [name: string]: Omit<StructDef, 'id'> };
  readonly enums: { readonly [name: string]: Omit<EnumDef, 'id'> };
  readonly interfaces: { readonly [name: string]: Omit<InterfaceDef, 'id'> };
}

/** The form of what `name` means, or undefined where it means nothing. */
export function formOf(name: string, { structs, enums, interfaces }: Defined): Form | undefined {
  if (Object.hasOwn(structs, name)) {
    const members = structs[name].fields.map((field) => ({ name: field.name, type: canonicalType(field.type) }));
    return { kind: 'struct', name, noForward: false, members };
  }
  if (Object.hasOwn(enums, name)) {
    const members = enums[name].variants.map((variant) => ({ name: variant.name, type: variant.payload ? canonicalType(variant.payload) : '' }));
    return { kind: 'enum', name, noForward: false, members };
  }
  if (!Object.hasOwn(interfaces, name)) return undefined;
  const { methods, noForward } = interfaces[name];
  const members = methods.map((method) => ({
    name: method.name,
    type: canonicalType(method.returns),
    params: method.params.map((param) => canonicalType(param.type)),
  }));
  return { kind: 'interface', name, noForward: noForward === true, members };
}

/** In canonical text a name with a dot is a definition's, and nothing else has a dot. */
const QUALIFIED = /[A-Za-z_]\w*\.[A-Za-z_][\w.]*/g;

/** Every definition that reaches a form asks for these two again. */
const named = new WeakMap<Form, readonly string[]>();
const written = new WeakMap<Form, string>();

/** The definitions that a form names, in order of their first mention. */
export function namesIn(form: Form): readonly string[] {
  let names = named.get(form);
  if (names === undefined) {
    const texts = form.members.flatMap(({ type, params = [] }) => [...params, type]);
    named.set(form, (names = [...new Set(texts.flatMap((text) => text.match(QUALIFIED) ?? []))]));
  }
  return names;
}

/** The line of a definition in canonical text (src/abi/canonical.ts). */
function lineOf(form: Form): string {
  let line = written.get(form);
  if (line === undefined) written.set(form, (line = writeLine(form)));
  return line;
}

function writeLine({ kind, name, noForward, members }: Form): string {
  const parts = members.map(({ name: member, type, params }) => {
    if (kind === 'struct') return `${member}:${type}`;
    if (kind === 'enum') return type === '' ? member : `${member}(${type})`;
    return `${member}(${(params ?? []).join(',')}):${type}`;
  });
  return `${kind} ${name}${noForward ? ' @noForward' : ''}{${parts.join(';')}}`;
}

/** What `names` reach, themselves included, by name. `missing` is told of names that mean nothing. */
export function reachedFrom(
  names: readonly string[],
  formFor: (name: string) => Form | undefined,
  missing: (name: string) => void = () => {},
): Map<string, Form> {
  const reached = new Map<string, Form>();
  const pending = [...names].reverse();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    const form = formFor(name);
    if (form === undefined) missing(name);
    else {
      reached.set(name, form);
      pending.push(...namesIn(form).toReversed());
    }
  }
  return reached;
}

/** The id of the definition `name` among what it reaches: what `typeId` makes of the schema that the forms were taken from. */
export function idFromForms(name: string, reached: ReadonlyMap<string, Form>): string {
  const own = reached.get(name);
  const lines = [...reached.keys()].sort().map((each) => lineOf(reached.get(each) as Form));
  return createHash('sha256')
    .update([own?.kind === 'interface' ? `interface ${name}` : name, ...lines].join('\n'))
    .digest('hex');
}
