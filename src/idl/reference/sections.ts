/** A struct, an enum and an interface as sections of a page. */
import type { EnumDef, InterfaceDef, MethodDef, Schema, StructDef } from '../../abi/schema.js';
import { choiceLayout, layoutOf, sequenceLayout } from '../../abi/type-layout.js';
import { ownerOfArgument, ownerOfResult, promisesOf } from '../promises.js';
import { code, inline, prose, table } from './markdown.js';
import { range, takes, takesInAll } from './measures.js';
import type { TypeLinks } from './type-link.js';

/** What the sections of one page share. */
export interface PageContext {
  readonly schema: Schema;
  readonly links: TypeLinks;
}

const shortName = (name: string): string => name.split('.')[1];

function paragraphs(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

const proseOf = (doc: string | undefined): string | undefined => doc && prose(doc);
const cellOf = (doc: string | undefined): string => (doc === undefined ? '' : inline(doc));

export function structSection({ name, id, doc, fields }: StructDef, { schema, links }: PageContext): string {
  const { whole, at } = sequenceLayout(
    fields.map((field) => field.type),
    schema,
  );
  const rows = fields.map((field, index) => {
    const { slots, bytes } = layoutOf(field.type, schema);
    return [code(field.name), links.text(schema.package, field.type), range(at[index].slot, slots), range(at[index].data, bytes), cellOf(field.doc)];
  });
  return paragraphs([
    `## struct \`${shortName(name)}\``,
    proseOf(doc),
    `${takesInAll(whole)} Id ${code(id)}.`,
    table(['field', 'type', 'slots', 'bytes of data', ''], rows),
  ]);
}

export function enumSection({ name, id, doc, variants }: EnumDef, { schema, links }: PageContext): string {
  const { whole, payloadAt } = choiceLayout(
    variants.flatMap(({ payload }) => (payload ? [payload] : [])),
    4,
    schema,
  );
  const hasPayload = variants.some(({ payload }) => payload !== undefined);
  const rows = variants.map((variant, index) => {
    const { payload } = variant;
    const held = payload ? [links.text(schema.package, payload), takes(layoutOf(payload, schema))] : ['', ''];
    return [String(index), code(variant.name), ...(hasPayload ? held : []), cellOf(variant.doc)];
  });
  const where = hasPayload ? ` The tag is in bytes 0 to 3, the data of a payload begins at byte ${payloadAt}.` : '';
  return paragraphs([
    `## enum \`${shortName(name)}\``,
    proseOf(doc),
    `${takesInAll(whole)}${where} Id ${code(id)}.`,
    table(['tag', 'variant', ...(hasPayload ? ['payload', 'takes'] : []), ''], rows),
  ]);
}

function methodSection(method: MethodDef, number: number, owner: string, { schema, links }: PageContext): string {
  const { name, doc, params, returns, asyncOnly, since } = method;
  const signature = links.text(
    schema.package,
    `${name}(`,
    ...params.flatMap((param, index) => [`${index > 0 ? ', ' : ''}${param.name}: `, param.type]),
    '): ',
    returns,
  );
  const result = ownerOfResult(returns, schema) ?? (returns.kind === 'void' ? undefined : 'copied');
  const rows = [
    ...params.map((param) => [code(param.name), links.text(schema.package, param.type), inline(ownerOfArgument(param.type, schema)), cellOf(param.doc)]),
    ...(result === undefined ? [] : [['*result*', links.text(schema.package, returns), inline(result), '']]),
  ];
  const taken = sequenceLayout(
    params.map((param) => param.type),
    schema,
  ).whole;
  const facts = [
    `Method ${number}. Its arguments take ${takes(taken)}, its result ${takes(layoutOf(returns, schema))}.`,
    ...promisesOf(method).map(inline),
    ...(asyncOnly ? ['`@async`: callers have it on `async` alone.'] : []),
    ...(since === undefined ? [] : [`Since version ${since}.`]),
  ];
  return paragraphs([
    `### ${owner}.${name}`.replaceAll('_', '\\_'),
    signature,
    proseOf(doc),
    rows.length > 0 ? table(['', 'type', 'who owns it', ''], rows).trimEnd() : '',
    facts.map((fact) => `- ${fact}`).join('\n'),
  ]);
}

export function interfaceSection({ name, id, doc, recoverable, noForward, methods }: InterfaceDef, context: PageContext): string {
  const flags = [
    ...(recoverable ? ['- `@recoverable`: every method may be issued again after a crash.'] : []),
    ...(noForward ? ['- `@noForward`: whoever is given a reference may call it, and only its provider may pass it on.'] : []),
  ];
  return paragraphs([
    `## interface \`${shortName(name)}\``,
    proseOf(doc),
    flags.join('\n'),
    `Fingerprint ${code(id)}.`,
    ...methods.map((method, number) => methodSection(method, number, shortName(name), context)),
  ]);
}
