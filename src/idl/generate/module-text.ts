/**
 * The TypeScript module of a package: types first, for people; then the schema as data and the tokens made from it, for the runtime.
 */
import type { EnumDef, Schema, StructDef } from '../../abi/schema.js';
import type { PackageDescription } from '../package-description.js';
import type { Reexport } from '../reexports.js';
import { comment } from './comment.js';
import { interfaceText } from './interface-text.js';
import { literal } from './literal.js';
import { TypeText } from './type-text.js';

export interface ModuleInput extends PackageDescription {
  /** Where the module imports tokens and types from. */
  readonly runtime: string;
}

function structText(definition: StructDef, text: TypeText): string {
  const name = text.named(definition.name);
  const fields = definition.fields.map((field) => {
    const doc = comment([field.doc], '  ');
    const view = text.view(field.type);
    if (!text.holdsBytes(field.type)) return `${doc}  ${field.name}: ${view};\n`;
    return `${doc}  get ${field.name}(): ${view};\n  set ${field.name}(next: ${view} | ${text.value(field.type)});\n`;
  });
  const values = definition.fields.map((field) => `${comment([field.doc], '  ')}  readonly ${field.name}: ${text.value(field.type)};\n`);
  return (
    `${comment([definition.doc, 'As seen through a handle.'])}export interface ${name} extends ${text.brand(definition.name)} {\n${fields.join('')}}\n\n` +
    `${comment([definition.doc, 'The plain value: what `alloc` takes, and what is passed by value.'])}export interface ${name}Value {\n${values.join('')}}\n`
  );
}

function isPlain(definition: EnumDef): boolean {
  return definition.variants.every((variant) => variant.payload === undefined);
}

function enumText(definition: EnumDef, text: TypeText): string {
  const name = text.named(definition.name);
  const doc = comment([definition.doc]);
  if (isPlain(definition)) {
    const entries = definition.variants.map((variant) => `${comment([variant.doc], '  ')}  ${variant.name}: '${variant.name}',\n`);
    const members = definition.variants.map((variant) => `'${variant.name}'`).join(' | ');
    return `${doc}export type ${name} = ${members};\n${doc}export const ${name} = Object.freeze({\n${entries.join('')}} as const);\n`;
  }
  const union = (form: 'value' | 'view'): string =>
    definition.variants
      .map(({ name: tag, payload, doc: variantDoc }) => {
        const member = payload === undefined ? `{ readonly tag: '${tag}' }` : `{ readonly tag: '${tag}'; readonly value: ${text[form](payload)} }`;
        return `\n${comment([variantDoc], '  ')}  | ${member}`;
      })
      .join('');
  const plain = `${doc}export type ${name} =${union('value')};\n`;
  if (!text.holdsBytes({ kind: 'named', name: definition.name })) return plain;
  return `${plain}\n${comment([definition.doc, 'As read through a handle.'])}export type ${name}View =${union('view')};\n`;
}

function tokenText(qualified: string, schema: Schema, text: TypeText): string {
  const name = text.named(qualified);
  if (Object.hasOwn(schema.interfaces, qualified)) {
    const token = `export const ${name}: ${text.runtime('InterfaceToken')}<${name}, ${name}Impl> = interfaceToken(schema, '${qualified}');\n`;
    if (!schema.interfaces[qualified].recoverable) return token;
    const doc = `/** Asked for instead of ${name}, it gives proxies that ride out the death of their provider: a call that it cuts short is issued again to the next life. */\n`;
    return `${token}${doc}export const ${name}Shadow: ${text.runtime('ShadowToken')}<${name}> = shadowToken(schema, '${qualified}');\n`;
  }
  const token = text.runtime('TypeToken');
  if (Object.hasOwn(schema.structs, qualified)) {
    return `export const ${name}: ${token}<${name}, ${name}Value> = typeToken(schema, '${qualified}');\n`;
  }
  const view = text.target({ kind: 'named', name: qualified });
  return `/** The token of enum ${name}, for \`alloc\`; its handle has one field, \`value\`. */\nexport const ${name}Type: ${token}<${view}, ${name}> = typeToken(schema, '${qualified}');\n`;
}

/** What of the imported packages the module exports as well, a statement for values and one for types of each package. */
function reexportText(reexports: readonly Reexport[]): string {
  return [...new Set(reexports.map((each) => each.package))]
    .map((name) => {
      const of = reexports.filter((each) => each.package === name);
      const [values, types] = [of.flatMap((each) => each.values), of.flatMap((each) => each.types)].map((names) => names.join(', '));
      const from = `from './${name}.js';\n`;
      return `${values === '' ? '' : `export { ${values} } ${from}`}${types === '' ? '' : `export type { ${types} } ${from}`}`;
    })
    .join('');
}

export function moduleText(input: ModuleInput): string {
  const { schema, sourceName, order, runtime } = input;
  const text = new TypeText(schema);
  const constants = input.constants.map((each) => `${comment([each.doc])}export const ${each.name} = ${literal(each.value)};\n`).join('');
  const types = order.map((name) => {
    if (Object.hasOwn(schema.structs, name)) return structText(schema.structs[name], text);
    if (Object.hasOwn(schema.enums, name)) return enumText(schema.enums[name], text);
    return interfaceText(schema.interfaces[name], schema, text);
  });
  const tokens = order.map((name) => tokenText(name, schema, text)).join('');
  if (tokens !== '') text.runtime('Schema');
  const functions = ['interfaceToken', 'shadowToken', 'typeToken'].filter((name) => tokens.includes(` ${name}(`));
  const imports = [
    functions.length > 0 ? `import { ${functions.join(', ')} } from ${literal(runtime)};\n` : '',
    text.runtimeNames.size > 0 ? `import type { ${[...text.runtimeNames].sort().join(', ')} } from ${literal(runtime)};\n` : '',
    ...[...text.packages].sort().map((name) => `import type * as ${name} from './${name}.js';\n`),
  ].join('');
  const head = comment([
    input.doc,
    ...(input.doc === undefined ? [] : ['']),
    `Generated from ${sourceName} by \`deciduous idl generate ${sourceName} --out FOLDER\`. Do not edit: change ${sourceName} and generate again.`,
  ]);
  const data =
    tokens === ''
      ? ''
      : `/** What the names above mean, as data. The runtime builds accessors and proxies from it after checking every id. */\nconst schema: Schema = ${literal(schema)};\n`;
  return [head + imports, reexportText(input.reexports), constants, ...types, data, tokens].filter((part) => part !== '').join('\n');
}
