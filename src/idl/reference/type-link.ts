/** Types as the IDL writes them, each name a link to where it is described. */
import type { Schema, TypeRef } from '../../abi/schema.js';
import type { PackageDescription } from '../package-description.js';

/** Code, or the name of a definition. */
type Piece = string | { readonly name: string };

function piecesOf(type: TypeRef): Piece[] {
  switch (type.kind) {
    case 'void':
      return ['void'];
    case 'scalar':
      return [type.scalar];
    case 'string':
    case 'bytes':
      return [type.max === undefined ? type.kind : `${type.kind}<=${type.max}`];
    case 'array':
      return ['[', ...piecesOf(type.element), `; ${type.length}]`];
    case 'tuple':
      return ['(', ...type.elements.flatMap((element, index) => [index > 0 ? ', ' : '', ...piecesOf(element)]), ')'];
    case 'option':
      return ['Option<', ...piecesOf(type.value), '>'];
    case 'result':
      return ['Result<', ...piecesOf(type.ok), ', ', ...piecesOf(type.err), '>'];
    case 'rref': {
      const lent = type.lent ? '&' : '';
      return type.target.kind === 'container' ? [lent, ...piecesOf(type.target)] : [`${lent}RRef<`, ...piecesOf(type.target), '>'];
    }
    case 'container':
      if (type.container === 'vec') return ['RRefVec<', ...piecesOf(type.element), '>'];
      return [`${type.container === 'array' ? 'RRefArray' : 'RRefDeque'}<`, ...piecesOf(type.element), `, ${type.length}>`];
    case 'named':
    case 'interface':
      return [{ name: type.name }];
  }
}

export function kindOf(name: string, schema: Schema): 'struct' | 'enum' | 'interface' {
  if (Object.hasOwn(schema.structs, name)) return 'struct';
  return Object.hasOwn(schema.enums, name) ? 'enum' : 'interface';
}

export class TypeLinks {
  /** Where each definition is described: the page, and the heading on it. */
  readonly #places = new Map<string, { readonly page: string; readonly anchor: string }>();

  constructor(packages: readonly PackageDescription[]) {
    for (const { schema, order } of packages) {
      const used = new Map<string, number>();
      for (const name of order) {
        const anchor = `${kindOf(name, schema)}-${name.split('.')[1].toLowerCase()}`;
        // Two names that differ in case alone make two headings of one name, of which renderers number the second.
        const before = used.get(anchor) ?? 0;
        used.set(anchor, before + 1);
        this.#places.set(name, { page: `${schema.package}.md`, anchor: before === 0 ? anchor : `${anchor}-${before}` });
      }
    }
  }

  /** The way from the page of package `from` to the description of a definition. */
  to(name: string, from: string): string {
    const [home, short] = name.split('.');
    const place = this.#places.get(name);
    const shown = `\`${home === from ? short : name}\``;
    return place ? `[${shown}](${home === from ? '' : place.page}#${place.anchor})` : shown;
  }

  /** A type, or several pieces of text and types on one line. */
  text(from: string, ...parts: readonly (string | TypeRef)[]): string {
    let text = '';
    let open = '';
    const close = (): void => {
      if (open !== '') text += `\`${open}\``;
      open = '';
    };
    for (const piece of parts.flatMap((part) => (typeof part === 'string' ? [part] : piecesOf(part)))) {
      if (typeof piece === 'string') open += piece;
      else {
        close();
        text += this.to(piece.name, from);
      }
    }
    close();
    return text;
  }
}
