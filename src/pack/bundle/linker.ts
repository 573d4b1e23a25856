/**
 * The bundle's own imports and its default export, turned into locals and a return.
 *
 * Nothing but this file speaks of the trusted runtime's object on the extension's behalf, and it hands out only the
 * functions of `deciduous/domain` and what the schemas of generated modules define.
 */
import type { AnyNode, ImportDeclaration, Program } from 'acorn';
import type MagicString from 'magic-string';
import type { NamedInterface, NamedType } from '../../abi/leaf.js';
import type { Schema } from '../../abi/schema.js';
import type { BundlePlaces } from './bundle-places.js';
import { type GeneratedStub, readStub } from './generated-stub.js';
import { DOMAIN_MODULE, GENERATED_PREFIX } from './import-rules.js';
import { PackError } from '../pack-error.js';
import { FREEZE, GENERATED, RUNTIME } from '../weaving/reserved-names.js';
import { literal } from '../weaving/respelling.js';

const DOMAIN_NAMES = ['defineDomain', 'ok', 'err', 'unwrap', 'RRefArray', 'RRefVec', 'RRefDeque'];
const DOMAIN_EXPORTS: ReadonlyMap<string, string> = new Map(DOMAIN_NAMES.map((name) => [name, `${RUNTIME}.domain.${name}`]));

function nameOf(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : String((node as { value?: unknown }).value);
}

export class Linker {
  readonly #stubs = new Map<string, GeneratedStub>();
  readonly #values = new Map<string, string>();
  readonly #locals: string[] = [];
  /** What each imported name stands for; a member of a namespace under both names, with a dot between. */
  readonly #meanings = new Map<string, string>();

  constructor(
    private readonly program: Program,
    private readonly places: BundlePlaces,
  ) {
    for (const node of program.body) if (node.type === 'ImportDeclaration') this.#link(node);
  }

  /** Declarations of everything imported, for the head of the enclosing function. */
  get declarations(): readonly string[] {
    return [...[...this.#values].map(([expression, name]) => `const ${name}=${expression};`), ...this.#locals];
  }

  /** One local for each imported thing, however many modules import it. */
  #value(expression: string): string {
    let name = this.#values.get(expression);
    if (name === undefined) this.#values.set(expression, (name = `${GENERATED}${this.#values.size}`));
    return name;
  }

  #stub(from: string, namedBy?: GeneratedStub): GeneratedStub {
    let stub = this.#stubs.get(from);
    if (!stub) this.#stubs.set(from, (stub = readStub(from, namedBy)));
    return stub;
  }

  /** The names that a module exports, each with what finds its expression: another generated module is read when something of it is wanted. */
  #exports(node: ImportDeclaration, from: string): ReadonlyMap<string, () => string | undefined> {
    if (from === DOMAIN_MODULE) return new Map([...DOMAIN_EXPORTS].map(([name, expression]) => [name, () => expression]));
    if (!from.startsWith(GENERATED_PREFIX)) {
      const wayOut = 'A leaf holds all of its code. Install it as a package.';
      throw this.places.refusal(node.start, 'PACK004', `the extension imports ${from} from elsewhere`, wayOut);
    }
    const stub = this.#stub(from);
    const again = [...stub.reexports].map(([name, home]): [string, () => string | undefined] => [name, () => this.#stub(home, stub).exports.get(name)]);
    return new Map([...again, ...[...stub.exports].map(([name, expression]): [string, () => string | undefined] => [name, () => expression])]);
  }

  #link(node: ImportDeclaration): void {
    const from = String(node.source.value);
    const exports = this.#exports(node, from);
    const title = from === DOMAIN_MODULE ? from : `the generated module of ${this.#stubs.get(from)?.schema.package}`;
    const found = (name: string, start: number): string => {
      const expression = exports.get(name)?.();
      if (expression !== undefined) return this.#value(expression);
      const wayOut = `It exports ${[...exports.keys()].join(', ')}. Write import type for a type; spell a constant out.`;
      throw this.places.refusal(start, 'PACK017', `${title} exports no value ${name}`, wayOut);
    };
    for (const specifier of node.specifiers) {
      const local = specifier.local.name;
      if (specifier.type === 'ImportNamespaceSpecifier') {
        const members = [...exports.keys()].map((name) => `${literal(name)}:${found(name, specifier.start)}`);
        this.#locals.push(`const ${local}=${FREEZE}({__proto__:null,${members.join(',')}});`);
        for (const [name, expression] of exports) this.#meanings.set(`${local}.${name}`, expression() ?? '');
        continue;
      }
      const imported = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : 'default';
      this.#locals.push(`const ${local}=${found(imported, specifier.start)};`);
      this.#meanings.set(local, exports.get(imported)?.() ?? '');
    }
  }

  /** Whether an imported name is `defineDomain`. */
  isDefineDomain(name: string): boolean {
    return this.#meanings.get(name) === DOMAIN_EXPORTS.get('defineDomain');
  }

  /** The interface that an imported name stands for, or undefined. */
  interfaceOf(name: string): NamedInterface | undefined {
    return this.#meant(name, (stub) => stub.interfaces);
  }

  /** The struct that an imported name stands for, or undefined. */
  structOf(name: string): NamedType | undefined {
    return this.#meant(name, (stub) => stub.structs);
  }

  #meant<Meant>(name: string, among: (stub: GeneratedStub) => ReadonlyMap<string, Meant>): Meant | undefined {
    const expression = this.#meanings.get(name);
    if (expression === undefined) return undefined;
    for (const stub of this.#stubs.values()) {
      const found = among(stub).get(expression);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The schemas of all generated modules, each package once. Throws PackError where two of a package differ. */
  schemas(): Schema[] {
    const byPackage = new Map<string, { readonly schema: Schema; readonly text: string }>();
    for (const { schema, file } of this.#stubs.values()) {
      const text = JSON.stringify(schema);
      const known = byPackage.get(schema.package);
      if (known && known.text !== text) {
        const wayOut = 'Generate both from one definition, or rename one of the packages.';
        throw new PackError({ code: 'PACK007', what: `two different schemas of package ${schema.package}`, wayOut, file });
      }
      byPackage.set(schema.package, { schema, text });
    }
    return [...byPackage.values()].map(({ schema }) => schema).sort((a, b) => (a.package < b.package ? -1 : 1));
  }

  /** Takes imports and exports out of `edit` and answers the closing return. Called last: nothing may edit what is removed. */
  close(edit: MagicString, entry: string): string {
    let closing: string | undefined;
    for (const node of this.program.body) {
      if (node.type === 'ExportDefaultDeclaration') {
        edit.update(node.start, node.declaration.start, 'return ');
        closing = '';
      } else if (node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration' || node.type === 'ImportDeclaration') {
        const exported = node.type === 'ExportNamedDeclaration' ? node.specifiers : [];
        const found = exported.find((specifier) => nameOf(specifier.exported) === 'default');
        if (found) closing = `return ${nameOf(found.local)};`;
        edit.remove(node.start, node.end);
      }
    }
    if (closing !== undefined) return closing;
    const wayOut = 'Write export default defineDomain({ ... }).';
    throw new PackError({ code: 'PACK008', what: 'the entry has no default export', wayOut, file: entry });
  }
}
