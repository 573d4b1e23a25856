/** JSON with the place of every value, read so that each part that is not what it should be is told where it stands. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { SourceFile, Span } from '../diagnostic.js';

/** What is wrong with a text, and where. */
export class Misplaced extends Error {
  readonly span: Span;
  constructor(span: Span, message: string) {
    super(message);
    this.span = span;
  }
}

/** A value of a JSON text. Its methods throw Misplaced where it is not what is asked for. */
export class Place {
  readonly #file: SourceFile;
  readonly #node: Node;
  /** As in `packages.kv.file`; empty for the whole. */
  readonly path: string;

  private constructor(file: SourceFile, node: Node, path: string) {
    this.#file = file;
    this.#node = node;
    this.path = path;
  }

  /** Throws Misplaced for what is no JSON. */
  static parse(file: SourceFile): Place {
    const errors: ParseError[] = [];
    let root: Node | undefined;
    try {
      root = parseTree(file.text, errors, { disallowComments: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Misplaced({ file, offset: 0, length: 1 }, 'the file nests too deep');
    }
    const [first] = errors;
    if (first) throw new Misplaced({ file, offset: first.offset, length: Math.max(1, first.length) }, `this is no JSON: ${spoken(first)}`);
    if (!root) throw new Misplaced({ file, offset: 0, length: 1 }, 'the file is empty');
    return new Place(file, root, '');
  }

  get span(): Span {
    return { file: this.#file, offset: this.#node.offset, length: this.#node.length };
  }

  /** Where the name of this value stands, or else the value. */
  get nameSpan(): Span {
    const name = this.#node.parent?.type === 'property' ? this.#node.parent.children?.[0] : undefined;
    return name ? { file: this.#file, offset: name.offset, length: name.length } : this.span;
  }

  refuse(message: string): never {
    throw new Misplaced(this.span, `${this.path === '' ? 'the file' : `\`${this.path}\``} ${message}`);
  }

  text(): string {
    if (this.#node.type !== 'string') this.refuse('is not a text');
    return this.#node.value as string;
  }

  list(): Place[] {
    if (this.#node.type !== 'array') this.refuse('is not a list');
    return (this.#node.children ?? []).map((node, index) => new Place(this.#file, node, `${this.path}[${index}]`));
  }

  /** The values of an object by name. A name that stands twice is refused: readers would not agree about which counts. */
  table(): Map<string, Place> {
    if (this.#node.type !== 'object') this.refuse('is not an object');
    const table = new Map<string, Place>();
    for (const { children: [key, value] = [] } of this.#node.children ?? []) {
      const name = key.value as string;
      const place = new Place(this.#file, value, this.path === '' ? name : `${this.path}.${name}`);
      if (table.has(name)) throw new Misplaced({ file: this.#file, offset: key.offset, length: key.length }, `\`${place.path}\` stands there twice`);
      table.set(name, place);
    }
    return table;
  }

  /** As `table`, where every name has to be known and those in `required` are there. */
  fields(required: readonly string[], optional: readonly string[] = []): Map<string, Place> {
    const table = this.table();
    for (const name of required) if (!table.has(name)) this.refuse(`lacks \`${name}\``);
    for (const [name, place] of table)
      if (!required.includes(name) && !optional.includes(name)) throw new Misplaced(place.nameSpan, `\`${place.path}\` is nothing that a lock file has`);
    return table;
  }
}

function spoken({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .toLowerCase();
}
