/** What is shown of a name: what it is, how it lies in memory, what a call does with its arguments, and the fingerprint. */
import type { Hover, Position } from 'vscode-languageserver';
import { canonicalType, typeId } from '../../abi/canonical.js';
import type { MethodDef, Schema, TypeRef } from '../../abi/schema.js';
import { layoutOf } from '../../abi/type-layout.js';
import type { Definitions } from '../definitions.js';
import { ownerOfArgument, ownerOfResult, promisesOf } from '../promises.js';
import { sourceOf, spanOf } from '../syntax-places.js';
import { builtInAt } from './built-ins.js';
import { rangeOf } from './diagnostics.js';
import { asSchema, dataAt, enumLayout, isWhole, layoutText, partsOf, payloadBytes } from './layouts.js';
import { type Meaning, nameAt } from './names.js';
import type { Analysis, Workspace } from './workspace.js';

export function hoverAt(workspace: Workspace, filePath: string, position: Position): Hover | undefined {
  const found = workspace.module(filePath);
  if (!found) return undefined;
  const document = workspace.document(filePath);
  const offset = document.offsetAt(position);
  const name = nameAt(found.module, offset);
  if (name) {
    const value = new Describer(found.analysis, name.meaning).text();
    return { contents: { kind: 'markdown', value }, range: rangeOf(document, name.span.offset, name.span.length) };
  }
  const builtIn = builtInAt(found.module, offset);
  return builtIn && { contents: { kind: 'markdown', value: builtIn.text }, range: rangeOf(document, builtIn.span.offset, builtIn.span.length) };
}

const code = (text: string): string => `\`\`\`idl\n${text}\n\`\`\``;
const UNKNOWN = 'The layout is known when its errors are mended.';

class Describer {
  readonly #analysis: Analysis;
  readonly #definitions: Definitions;
  readonly #meaning: Meaning;
  readonly #schema: Schema;

  constructor(analysis: Analysis, meaning: Meaning) {
    this.#analysis = analysis;
    this.#definitions = analysis.definitions;
    this.#meaning = meaning;
    this.#schema = asSchema(meaning.home.package, analysis.definitions);
  }

  text(): string {
    const { kind, home, declaration, member, name } = this.#meaning;
    const docs = (member ?? declaration ?? home.document.packages[0])?.$cstNode;
    const parts = [this.#head(), home.docs.before(docs), ...this.#body()];
    if (kind === 'package') parts.push(`${home.document.declarations.length} declarations in ${name}, from \`${home.file.path}\`.`);
    return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
  }

  get #qualified(): string {
    return `${this.#meaning.home.package}.${this.#meaning.declaration?.name ?? ''}`;
  }

  #head(): string {
    const { kind, home, declaration, member, name } = this.#meaning;
    if (kind === 'package') return code(`package ${name};`);
    if (!member) {
      const value = kind === 'const' && declaration ? `: ${sourceOf(declaration, 'type') ?? '?'} = ${sourceOf(declaration, 'value') ?? '?'}` : '';
      return code(`${kind} ${this.#qualified}${value}`);
    }
    const { offset, length } = spanOf(home.file, member);
    return code(`${kind} ${this.#qualified}\n${home.file.text.slice(offset, offset + length)}`);
  }

  #body(): (string | undefined)[] {
    const { kind, declaration } = this.#meaning;
    // The second of two declarations of a name is no definition.
    if (!declaration || this.#meaning.home.declarations.get(declaration.name) !== declaration) return [];
    try {
      switch (kind) {
        case 'struct':
        case 'enum':
          return this.#type(kind);
        case 'field':
          return this.#field();
        case 'variant':
          return this.#variant();
        case 'interface':
          return this.#interface();
        case 'method':
          return this.#method();
        case 'parameter':
          return this.#parameter();
        default:
          return [];
      }
    } catch {
      // Recursion, or a value that is too large: a diagnostic tells.
      return [UNKNOWN];
    }
  }

  #isWhole(type: TypeRef): boolean {
    return isWhole(type, this.#analysis.modules, this.#definitions);
  }

  #type(kind: 'struct' | 'enum'): string[] {
    const name = this.#qualified;
    const type: TypeRef = { kind: 'named', name };
    if (!this.#isWhole(type)) return [UNKNOWN];
    const rows = kind === 'struct' ? this.#fieldRows() : this.#variantRows();
    const whole = layoutOf(type, this.#schema);
    const sum = `${layoutText(whole)}. In a block: ${payloadBytes(whole)} bytes behind the header${whole.slots > 0 ? `, data from byte ${dataAt(whole.slots)} on` : ''}.`;
    return [sum, rows, `type id \`${typeId(type, this.#definitions)}\``];
  }

  #fieldRows(): string {
    const { fields } = this.#definitions.structs[this.#qualified];
    const { parts } = partsOf(
      fields.map((field) => field.type),
      this.#schema,
    );
    const rows = parts.map(({ layout, slot, data, type }, index) => {
      const slots = layout.slots === 0 ? '' : layout.slots === 1 ? `${slot}` : `${slot} to ${slot + layout.slots - 1}`;
      return `| ${fields[index].name} | \`${canonicalType(type)}\` | ${slots} | ${layout.bytes === 0 ? '' : data} | ${layout.bytes} | ${layout.align} |`;
    });
    return ['| field | type | slots | offset in data | bytes | align |', '|---|---|---|---|---|---|', ...rows].join('\n');
  }

  #variantRows(): string {
    const { variants } = this.#definitions.enums[this.#qualified];
    const { payloadAt } = enumLayout(
      variants.flatMap(({ payload }) => payload ?? []),
      this.#schema,
    );
    const rows = variants.map(({ name, payload }, tag) => {
      const layout = payload && layoutOf(payload, this.#schema);
      return `| ${name} | ${tag} | ${payload ? `\`${canonicalType(payload)}\`` : ''} | ${layout ? layoutText(layout) : ''} |`;
    });
    return [
      '| variant | tag | payload | takes |',
      '|---|---|---|---|',
      ...rows,
      '',
      `The tag takes 4 bytes; payloads begin at byte ${payloadAt} of the data.`,
    ].join('\n');
  }

  #field(): string[] {
    const struct = this.#definitions.structs[this.#qualified];
    const index = struct?.fields.findIndex(({ name }) => name === this.#meaning.name) ?? -1;
    if (!struct || index < 0 || !this.#isWhole({ kind: 'named', name: this.#qualified })) return [UNKNOWN];
    const { parts } = partsOf(
      struct.fields.map((field) => field.type),
      this.#schema,
    );
    const { layout, slot, data } = parts[index];
    const at = [layout.slots > 0 ? `slot ${slot}` : '', layout.bytes > 0 ? `offset ${data} in the data` : ''].filter((part) => part !== '').join(', ');
    return [`${layoutText(layout)}${at === '' ? '' : `; ${at}`}.`];
  }

  #variant(): string[] {
    const variants = this.#definitions.enums[this.#qualified]?.variants ?? [];
    const tag = variants.findIndex(({ name }) => name === this.#meaning.name);
    if (tag < 0 || !this.#isWhole({ kind: 'named', name: this.#qualified })) return [UNKNOWN];
    const { payload } = variants[tag];
    return [`tag ${tag}${payload ? `; its payload takes ${layoutText(layoutOf(payload, this.#schema))}` : ''}.`];
  }

  #interface(): string[] {
    const definition = this.#definitions.interfaces[this.#qualified];
    if (!definition) return [];
    const lines = definition.methods.map(
      (method) => `- \`${method.name}\`: ${method.replayable ? 'replayable' : `not replayable: ${method.notReplayableBecause}`}`,
    );
    const promises = [definition.recoverable ? 'recoverable' : '', definition.noForward ? 'not to be forwarded' : ''].filter((each) => each !== '');
    const isUnderstood = this.#methodsAreWhole();
    return [
      promises.length > 0 ? `${promises.join(', ')}.` : '',
      lines.join('\n'),
      isUnderstood ? `fingerprint \`${this.#fingerprint()}\`` : 'The fingerprint is known when its errors are mended.',
    ];
  }

  #methodsAreWhole(): boolean {
    const { declaration } = this.#meaning;
    const methods = this.#definitions.interfaces[this.#qualified]?.methods ?? [];
    const written = declaration && 'methods' in declaration ? declaration.methods.length : -1;
    return methods.length === written && this.#analysis.diagnostics.length === 0;
  }

  #fingerprint(): string {
    return typeId({ kind: 'interface', name: this.#qualified }, this.#definitions);
  }

  #methodDefinition(name: string | undefined): MethodDef | undefined {
    return this.#definitions.interfaces[this.#qualified]?.methods.find((method) => method.name === name);
  }

  #method(): string[] {
    const method = this.#methodDefinition(this.#meaning.name);
    if (!method) return [UNKNOWN];
    const params = method.params.map(({ name, type }) => `- \`${name}\`: ${ownerOfArgument(type, this.#schema)}`);
    const result = ownerOfResult(method.returns, this.#schema);
    if (result !== undefined) params.push(`- returns: ${result}`);
    const types = method.params.map(({ type }) => type);
    const known = [...types, method.returns].every((type) => this.#isWhole(type));
    const slots = known
      ? `The arguments take ${layoutText(partsOf(types, this.#schema).whole)}; the result takes ${layoutText(layoutOf(method.returns, this.#schema))}.`
      : UNKNOWN;
    const fingerprint = this.#methodsAreWhole() ? `fingerprint of the interface \`${this.#fingerprint()}\`` : '';
    return [params.join('\n'), promisesOf(method).join('\n\n'), slots, fingerprint];
  }

  #parameter(): string[] {
    const { member } = this.#meaning;
    const owner = member?.$container;
    const method = this.#methodDefinition(owner && 'name' in owner ? String(owner.name) : undefined);
    const type = method?.params.find(({ name }) => name === this.#meaning.name)?.type;
    if (!type) return [UNKNOWN];
    return [`${ownerOfArgument(type, this.#schema)}.`, this.#isWhole(type) ? `${layoutText(layoutOf(type, this.#schema))}.` : UNKNOWN];
  }
}
