/** A valid change changes the ids of what it reaches, and no others. IDS_SEED replays; DEEP=1: see test/model/depth.ts. */
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schema } from 'deciduous/schema';
import { check } from '../../../dist/idl/compile.js';
import { Reporter } from '../../../dist/idl/diagnostic.js';
import { compile } from '../../../dist/idl/index.js';
import { type Declaration, type Parsed, parse } from '../../../dist/idl/parse.js';
import { spanOf } from '../../../dist/idl/syntax-places.js';
import { DEEP_MINUTES, seedFrom } from '../../model/depth.js';
import { VALID, type ValidFile } from './valid-files.js';

const SEED = seedFrom('IDS_SEED', 3);

interface Change {
  readonly text: string;
  /** The definitions whose own text is another: their ids change, and those of all that reach them. Empty where no id may change. */
  readonly touched: readonly string[];
}

type Node = Parameters<typeof spanOf>[1];
type Kind<Type extends Declaration['$type']> = Extract<Declaration, { $type: Type }>;

class Editor {
  readonly file: ValidFile;
  readonly #parsed: Parsed;
  readonly #choose: (count: number) => number;

  constructor(file: ValidFile, choose: (count: number) => number) {
    this.file = file;
    this.#parsed = parse(file, new Reporter()) as Parsed;
    this.#choose = choose;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.#choose(from.length)];
  }

  all<Type extends Declaration['$type']>(type: Type): Kind<Type>[] {
    return this.#parsed.document.declarations.filter((each): each is Kind<Type> => each.$type === type);
  }

  get declarations(): readonly Declaration[] {
    return this.#parsed.document.declarations;
  }

  qualified(declaration: { readonly name: string }): string {
    return `${this.#parsed.document.packages[0].name}.${declaration.name}`;
  }

  #span(node: Node, property?: string): { from: number; to: number } {
    const { offset, length } = spanOf(this.file, node, property);
    return { from: offset, to: offset + length };
  }

  replace(node: Node, property: string | undefined, text: string): string {
    const { from, to } = this.#span(node, property);
    return this.file.text.slice(0, from) + text + this.file.text.slice(to);
  }

  textOf(node: Node, property?: string): string {
    const { from, to } = this.#span(node, property);
    return this.file.text.slice(from, to);
  }

  before(node: Node, text: string): string {
    const { from } = this.#span(node);
    return this.file.text.slice(0, from) + text + this.file.text.slice(from);
  }

  /** Puts `text` before the brace that closes a declaration. */
  append(declaration: Declaration, text: string): string {
    const { to } = this.#span(declaration);
    return `${this.file.text.slice(0, to - 1)}${text}${this.file.text.slice(to - 1)}`;
  }

  swap(a: Node, b: Node): string {
    const [first, second] = [this.#span(a), this.#span(b)].sort((x, y) => x.from - y.from);
    const { text } = this.file;
    return (
      text.slice(0, first.from) +
      text.slice(second.from, second.to) +
      text.slice(first.to, second.from) +
      text.slice(first.from, first.to) +
      text.slice(second.to)
    );
  }

  /** Two different ones, or undefined. */
  pair<T>(from: readonly T[]): [T, T] | undefined {
    if (from.length < 2) return undefined;
    const first = this.#choose(from.length - 1);
    return [from[first], from[first + 1]];
  }
}

/** Each answers undefined where the file has nothing for it. */
const CHANGES: { readonly [what: string]: (editor: Editor) => Change | undefined } = {
  'a renamed field': (editor) => member(editor, editor.all('Struct'), (each) => each.fields),
  'a renamed variant': (editor) => member(editor, editor.all('Enum'), (each) => each.variants),
  'a renamed method': (editor) => member(editor, editor.all('Interface'), (each) => each.methods),
  'a renamed parameter': (editor) => {
    const found = editor.pick(editor.all('Interface').flatMap((each) => each.methods.flatMap((method) => method.params)));
    return found && { text: editor.replace(found, 'name', `${found.name}_z`), touched: [] };
  },
  'two declarations in the other order': (editor) => {
    const found = editor.pair(editor.declarations);
    return found && { text: editor.swap(...found), touched: [] };
  },
  'two fields in the other order': (editor) => swapped(editor, editor.all('Struct'), (each) => each.fields),
  'two variants in the other order': (editor) => swapped(editor, editor.all('Enum'), (each) => each.variants),
  'two methods in the other order': (editor) => swapped(editor, editor.all('Interface'), (each) => each.methods),
  'a comment': (editor) => {
    const found = editor.pick(editor.declarations);
    return found && { text: editor.before(found, '/// Said of it.\n/* And */ // more\n'), touched: [] };
  },
  'a field more': (editor) => appended(editor, editor.all('Struct'), ' more_z: u8; '),
  'a method more': (editor) => appended(editor, editor.all('Interface'), ' more_z(): void; '),
  'another scalar': (editor) => {
    const fields = editor.all('Struct').flatMap((owner) => owner.fields.map((field) => ({ owner, field })));
    const found = editor.pick(fields.filter(({ field }) => /^[ui](8|16|32|64)$/.test(editor.textOf(field.type))));
    if (!found) return undefined;
    const text = editor.textOf(found.field.type);
    return { text: editor.replace(found.field.type, undefined, (text.startsWith('u') ? 'i' : 'u') + text.slice(1)), touched: [editor.qualified(found.owner)] };
  },
  'a length written as a number': (editor) => {
    const { constants } = check([editor.file]).definitions;
    const values = [...constants].flatMap(([name, { value }]) => (typeof value === 'number' ? [[name, name.split('.')[1], value] as const] : []));
    const [, name, value] = editor.pick(values.filter(([, own]) => new RegExp(`(; |<=|, )${own}\\b`).test(editor.file.text))) ?? [];
    return name === undefined ? undefined : { text: editor.file.text.replace(new RegExp(`(; |<=|, )${name}\\b`), `$1${value}`), touched: [] };
  },
  'an interface that is no longer to be forwarded': (editor) => {
    const found = editor.pick(editor.all('Interface').filter((each) => each.annotations.every(({ name }) => name !== 'noForward')));
    return found && { text: editor.before(found, '@noForward '), touched: [editor.qualified(found)] };
  },
  'a promise of a method': (editor) => {
    const found = editor.pick(
      editor
        .all('Interface')
        .flatMap((each) => each.methods)
        .filter((each) => each.annotations.length === 0),
    );
    return found && { text: editor.before(found, '@deadline(9s) '), touched: [] };
  },
};

function member<Owner extends Declaration>(
  editor: Editor,
  owners: readonly Owner[],
  of: (owner: Owner) => readonly (Node & { readonly name: string })[],
): Change | undefined {
  const found = editor.pick(owners.flatMap((owner) => of(owner).map((each) => ({ owner, each }))));
  return found && { text: editor.replace(found.each, 'name', `${found.each.name}_z`), touched: [editor.qualified(found.owner)] };
}

function swapped<Owner extends Declaration>(editor: Editor, owners: readonly Owner[], of: (owner: Owner) => readonly Node[]): Change | undefined {
  const owner = editor.pick(owners.filter((each) => of(each).length > 1));
  const found = owner && editor.pair(of(owner));
  return found && { text: editor.swap(...found), touched: [editor.qualified(owner)] };
}

function appended(editor: Editor, owners: readonly Declaration[], text: string): Change | undefined {
  const owner = editor.pick(owners);
  return owner && { text: editor.append(owner, text), touched: [editor.qualified(owner)] };
}

interface Compiled {
  readonly ids: ReadonlyMap<string, string>;
  /** What each definition names. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The ids after a change of one file, with everything that the folder's other files make of it. Undefined where it no longer compiles. */
function compiled(sources: readonly ValidFile[]): Compiled | undefined {
  const { diagnostics, schemas } = compile(sources);
  if (diagnostics.length > 0) return undefined;
  const ids = new Map<string, string>();
  const names = new Map<string, Set<string>>();
  for (const { structs, enums, interfaces } of schemas satisfies readonly Schema[]) {
    for (const definition of [structs, enums, interfaces].flatMap((table) => Object.values(table))) {
      ids.set(definition.name, definition.id);
      const named = new Set<string>();
      JSON.stringify(definition, (_, value: unknown) => {
        const { kind, name } = (typeof value === 'object' && value !== null ? value : {}) as { kind?: string; name?: string };
        if ((kind === 'named' || kind === 'interface') && name !== undefined) named.add(name);
        return value;
      });
      names.set(definition.name, named);
    }
  }
  return { ids, names };
}

function reaching(touched: readonly string[], { names }: Compiled): string[] {
  const reached = new Set(touched);
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const [name, named] of names) if ([...named].some((each) => reached.has(each))) reached.add(name);
  }
  return [...reached].sort();
}

/** A file, and those beside it that import it. */
function family(file: ValidFile): readonly ValidFile[] {
  const importers = VALID.filter(
    (each) => each !== file && path.dirname(each.path) === path.dirname(file.path) && each.text.includes(`"./${path.basename(file.path)}"`),
  );
  return [file, ...importers];
}

describe('ids', () => {
  const whats = Object.keys(CHANGES);

  it(
    'change where the change reaches, and nowhere else',
    () => {
      const made = new Map<string, number>();
      // A file where the change is possible: few have a constant, and drawn from all of them each kind would come up too rarely.
      const files = new Map(whats.map((what) => [what, VALID.filter((file) => CHANGES[what](new Editor(file, () => 0)) !== undefined)]));
      const limit = DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 20_000, markInterruptAsFailure: false } : { numRuns: 400 };
      fc.assert(
        fc.property(fc.constantFrom(...whats), fc.nat(10_000), fc.infiniteStream(fc.nat(1000)), (what, nth, numbers) => {
          const possible = files.get(what) ?? [];
          const file = possible[nth % possible.length];
          const change = CHANGES[what](new Editor(file, (count) => (numbers.next().value as number) % count));
          if (!change) return;
          const before = compiled(family(file));
          const after = compiled(family(file).map((each) => (each === file ? { ...each, text: change.text } : each)));
          // One slot too many, a file that is no longer valid by itself: not every change is one.
          if (!before || !after) return;
          const different = [...before.ids].filter(([name, id]) => after.ids.get(name) !== id).map(([name]) => name);
          expect(different.sort(), `${what} in ${file.path}`).toEqual(reaching(change.touched, before));
          made.set(what, (made.get(what) ?? 0) + 1);
        }),
        { seed: SEED, ...limit },
      );
      expect(whats.filter((what) => (made.get(what) ?? 0) < 5)).toEqual([]);
    },
    120_000 + DEEP_MINUTES * 60_000,
  );

  it('are reached through what definitions name', () => {
    const file = VALID.find((each) => each.path === 'idl/kv.idl') as ValidFile;
    const before = compiled([file]) as Compiled;
    expect(reaching(['kv.Entry'], before)).toEqual(['kv.Entry', 'kv.KvStore']);
    expect(reaching([], before)).toEqual([]);
  });
});
