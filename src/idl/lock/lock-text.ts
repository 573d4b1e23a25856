/**
 * `idl.lock` as text: JSON with a line for each field, variant and method, sorted so that the same definitions always give the same text and a changed line is a changed member.
 *
 *   { "format": "deciduous-idl-lock/1",
 *     "packages": { "kv": { "file": "kv.idl", "constants": { "MAX": "u32 = 16" },
 *       "definitions": { "kv.Entry": { "id": "<64 hexadecimal digits>", "struct": ["value: bytes", "flags: u32"] },
 *                        "kv.Store": { "id": "...", "annotations": ["@recoverable"], "interface": ["@idempotent get(&RRef<kv.Key>): Option<RRef<kv.Entry>>"] } },
 *       "beneath": { } } } }
 *
 * Types are in canonical form. `enum` has "Full" and "TooLarge(u32)". `beneath` has what the definitions reach in other packages.
 */
import type { Form, Member } from '../../compatibility/form.js';
import type { PublishedDefinition, PublishedPackage } from './published.js';

/** What the lock of a folder is called. */
export const LOCK_NAME = 'idl.lock';
export const LOCK_FORMAT = 'deciduous-idl-lock/1';
/** What every format begins with, those of later versions too. */
export const FORMAT_FAMILY = 'deciduous-idl-lock/';

function memberText(kind: Form['kind'], { name, type, params }: Member, promises: readonly string[]): string {
  if (kind === 'struct') return `${name}: ${type}`;
  if (kind === 'enum') return type === '' ? name : `${name}(${type})`;
  return [...promises, `${name}(${(params ?? []).join(', ')}): ${type}`].join(' ');
}

/** The parts of a list that is separated by commas, those inside brackets left alone. The `<` of a bound opens nothing. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if ('([<'.includes(character) && text[at + 1] !== '=') depth += 1;
    else if (')]>'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim());
}

/** A member and what it promises, or undefined for text that is none. */
export function readMember(kind: Form['kind'], text: string): { readonly member: Member; readonly promises: readonly string[] } | undefined {
  if (kind === 'struct') {
    const [, name, type] = /^([A-Za-z_]\w*): (.+)$/.exec(text) ?? [];
    return name === undefined ? undefined : { member: { name, type }, promises: [] };
  }
  if (kind === 'enum') {
    const [, name, type = ''] = /^([A-Za-z_]\w*)(?:\((.+)\))?$/.exec(text) ?? [];
    return name === undefined ? undefined : { member: { name, type }, promises: [] };
  }
  const [, promises, name, params, type] = /^((?:@\w+(?:\([^()]*\))? )*)([A-Za-z_]\w*)\((.*)\): (.+)$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const member = { name, type, params: params === '' ? [] : splitList(params) };
  return { member, promises: promises.split(' ').filter((each) => each !== '') };
}

function definitionData({ id, form, promises, methods }: PublishedDefinition): object {
  const annotations = [...(form.noForward ? ['@noForward'] : []), ...promises];
  const members = form.members.map((member) => memberText(form.kind, member, methods.get(member.name) ?? []));
  return { id, ...(annotations.length > 0 && { annotations }), [form.kind]: members };
}

function tableData(definitions: ReadonlyMap<string, PublishedDefinition>): object {
  return Object.fromEntries([...definitions].map(([name, definition]) => [name, definitionData(definition)]));
}

/** The text of a lock file that keeps these packages. */
export function lockText(packages: readonly PublishedPackage[]): string {
  const sorted = [...packages].sort((a, b) => (a.name < b.name ? -1 : 1));
  const data = sorted.map(({ name, file, constants, definitions, beneath }) => [
    name,
    { file, constants: Object.fromEntries(constants), definitions: tableData(definitions), beneath: tableData(beneath) },
  ]);
  return `${JSON.stringify({ format: LOCK_FORMAT, packages: Object.fromEntries(data) }, null, 2)}\n`;
}
