/**
 * Random interface definitions that are valid, as text: several packages that import one another, every kind of type in every place where it may stand.
 *
 * The last package has an interface `Echo`, with two methods for each of some random lists of parameters: `echoN` answers what moved in or was copied, and
 * what the domain read of all of it; `rebuildN` answers values that the domain made anew.
 */
import type { Draw } from './draw.js';

export interface RandomIdl {
  /** Imports first; the last one has the interface. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly package: string;
  /** How many pairs of methods `Echo` has. */
  readonly pairs: number;
}

/** A type as it is written, with what decides where it may stand. */
interface Written {
  readonly text: string;
  readonly slots: number;
  /** Nothing but its bytes: it may be the element of a vec. */
  readonly isCopy: boolean;
  /** How many leaves a value has, at the most. */
  readonly weight: number;
  readonly isOption?: true;
}

interface Declared extends Written {
  readonly home: string;
}

interface Room {
  readonly copyOnly: boolean;
  readonly slots: number;
  readonly weight: number;
  readonly depth: number;
}

const SCALARS = ['bool', 'u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64'];
/** Among them what generated code, results, enums, handles and arrays call their own. */
const MEMBERS =
  'a b value ok error tag name length at get set has of type kind id self heap options async_ fill copyTo size message stack code index key keys map from is new_ as get_ Object_ view schema_'.split(
    ' ',
  );
const DOCS = ['Plain.', 'It ends */ nothing, `${nothing}`.', 'Ünïcödé 💥 \u2028 and more.', '// slashes', '@param none', ''];

export class RandomIdlSource {
  readonly #draw: Draw;
  readonly #declared: Declared[] = [];
  readonly #constants: { home: string; name: string; value: number }[] = [];
  #home = '';
  /** Methods say which version brought them. */
  #isVersioned = false;
  /** The names that the package is going to declare, for references ahead. */
  #ahead: string[] = [];

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  make(): RandomIdl {
    const draw = this.#draw;
    const packages = Array.from({ length: draw.int(1, 3) }, (_, index) => `pack${index}`);
    const files: { path: string; text: string }[] = [];
    let pairs = 0;
    for (const [index, home] of packages.entries()) {
      this.#home = home;
      const isLast = index === packages.length - 1;
      const imports = packages.slice(0, index).map((each) => `import "./${each}.idl";\n`);
      const lines = [`${this.#doc()}package ${home};\n`, ...imports, ...this.#constantLines(), ...this.#definitions()];
      if (isLast) {
        pairs = draw.int(1, 4);
        lines.push(this.#echo(pairs));
      }
      files.push({ path: `${home}.idl`, text: lines.join('\n') });
    }
    return { files, package: packages[packages.length - 1], pairs };
  }

  #doc(indent = ''): string {
    if (!this.#draw.oneIn(4)) return '';
    return Array.from({ length: this.#draw.int(1, 2) }, () => `${indent}/// ${this.#draw.pick(DOCS)}\n`).join('');
  }

  #constantLines(): string[] {
    return Array.from({ length: this.#draw.int(0, 3) }, (_, index) => {
      const value = this.#draw.int(1, 5);
      const name = `LEN_${index}`;
      this.#constants.push({ home: this.#home, name, value });
      return `const ${name}: ${this.#draw.pick(['u8', 'u32', 'i64'])} = ${this.#draw.pick([String(value), `0x0${value}`, `0_${value}`])};`;
    });
  }

  #qualified(declared: { readonly home: string; readonly text: string }): string {
    return declared.home === this.#home && !this.#draw.oneIn(4) ? declared.text : `${declared.home}.${declared.text}`;
  }

  /** A number from 1 to 5, or the constant for it. */
  #length(most: number): { readonly text: string; readonly value: number } {
    const value = this.#draw.int(1, Math.min(5, Math.max(1, most)));
    const constant = this.#constants.find((each) => each.value === value);
    if (constant && this.#draw.oneIn(2)) return { text: this.#qualified({ home: constant.home, text: constant.name }), value };
    return { text: String(value), value };
  }

  #definitions(): string[] {
    const count = this.#draw.int(2, 6);
    this.#ahead = Array.from({ length: count }, (_, index) => `T${index}`);
    return this.#ahead.map((name) => (this.#draw.oneIn(3) ? this.#enum(name) : this.#struct(name)));
  }

  #room(): Room {
    return { copyOnly: this.#draw.oneIn(3), slots: 6, weight: 40, depth: 3 };
  }

  #struct(name: string): string {
    const room = this.#room();
    const names = this.#names(this.#draw.int(1, 6));
    let { slots, weight } = room;
    let isCopy = true;
    const fields = names.map((field) => {
      const type = this.#type({ ...room, slots, weight: Math.max(1, weight) });
      slots -= type.slots;
      weight -= type.weight;
      isCopy &&= type.isCopy;
      return `${this.#doc('  ')}  ${field}: ${type.text};`;
    });
    this.#declared.push({ home: this.#home, text: name, slots: room.slots - slots, isCopy, weight: Math.max(1, room.weight - weight) });
    return `${this.#doc()}struct ${name} {\n${fields.join('\n')}\n}\n`;
  }

  #enum(name: string): string {
    const draw = this.#draw;
    if (draw.oneIn(3)) {
      const count = draw.oneIn(8) ? 256 : draw.int(1, 5);
      this.#declared.push({ home: this.#home, text: name, slots: 0, isCopy: true, weight: 1 });
      return `${this.#doc()}enum ${name} { ${Array.from({ length: count }, (_, index) => `V${index}`).join(', ')}${draw.oneIn(2) ? ',' : ''} }\n`;
    }
    const room = this.#room();
    const parts: Written[] = [];
    const variants = this.#names(draw.int(1, 4)).map((variant) => {
      const payload = Array.from({ length: draw.int(0, 2) }, () => this.#type({ ...room, slots: 3, weight: 12 }));
      parts.push({
        text: '',
        slots: sum(payload.map((each) => each.slots)),
        isCopy: payload.every((each) => each.isCopy),
        weight: sum(payload.map((each) => each.weight)),
      });
      return `${this.#doc('  ')}  ${variant}${payload.length > 0 ? `(${payload.map((each) => each.text).join(', ')})` : ''}`;
    });
    this.#declared.push({
      home: this.#home,
      text: name,
      slots: Math.max(...parts.map((part) => part.slots)),
      isCopy: parts.every((part) => part.isCopy),
      weight: Math.max(1, ...parts.map((part) => part.weight)),
    });
    return `${this.#doc()}enum ${name} {\n${variants.join(',\n')}\n}\n`;
  }

  #names(count: number): string[] {
    const names = new Set<string>();
    while (names.size < count) names.add(this.#draw.pick(MEMBERS));
    return [...names];
  }

  #type(room: Room): Written {
    const draw = this.#draw;
    const kinds = ['scalar', 'scalar'];
    if (!room.copyOnly && room.slots > 0) kinds.push('raw', 'raw', 'reference', 'reference');
    if (room.depth > 0) kinds.push('array', 'tuple', 'option', 'result');
    const known = this.#declared.filter((each) => each.slots <= room.slots && each.weight <= room.weight && (each.isCopy || !room.copyOnly));
    if (known.length > 0) kinds.push('named', 'named');
    switch (draw.pick(kinds)) {
      case 'raw': {
        const bound = draw.oneIn(2) ? `<=${draw.oneIn(2) ? this.#length(5).text : draw.int(1, 300)}` : '';
        return { text: `${draw.pick(['string', 'bytes'])}${bound}`, slots: 1, isCopy: false, weight: 1 };
      }
      case 'reference':
        return this.#reference(room);
      case 'array': {
        const element = this.#type(deeper(room, { slots: Math.floor(room.slots / 2), weight: Math.floor(room.weight / 2) }));
        const most = Math.min(room.weight / element.weight, element.slots > 0 ? room.slots / element.slots : 5);
        const { text, value } = this.#length(Math.floor(most));
        return { text: `[${element.text}; ${text}]`, slots: element.slots * value, isCopy: element.isCopy, weight: element.weight * value };
      }
      case 'tuple':
        return this.#tuple(room);
      case 'option': {
        const value = this.#type(deeper(room, {}));
        if (value.isOption) return value;
        return { text: `Option<${value.text}>`, slots: value.slots, isCopy: value.isCopy, weight: value.weight, isOption: true };
      }
      case 'result': {
        const [ok, err] = [this.#type(deeper(room, {})), this.#type(deeper(room, {}))];
        return {
          text: `Result<${ok.text}, ${err.text}>`,
          slots: Math.max(ok.slots, err.slots),
          isCopy: ok.isCopy && err.isCopy,
          weight: Math.max(ok.weight, err.weight),
        };
      }
      case 'named': {
        const declared = draw.pick(known);
        return { ...declared, text: this.#qualified(declared) };
      }
      default:
        return { text: draw.pick(SCALARS), slots: 0, isCopy: true, weight: 1 };
    }
  }

  #tuple(room: Room): Written {
    const half = deeper(room, { slots: Math.floor(room.slots / 2), weight: Math.floor(room.weight / 2) });
    const parts = [this.#type(half), this.#type(half)];
    return {
      text: `(${parts.map((part) => part.text).join(', ')})`,
      slots: sum(parts.map((part) => part.slots)),
      isCopy: parts.every((part) => part.isCopy),
      weight: sum(parts.map((part) => part.weight)),
    };
  }

  /** What stands where `RRef<T>` may, lent or not. */
  #reference(room: Room, mayBeMissing = true): Written {
    const draw = this.#draw;
    const at = (text: string, weight = 1): Written => ({ text, slots: 1, isCopy: false, weight });
    const behind = this.#declared.filter((each) => each.weight < room.weight);
    if (behind.length > 0 && draw.oneIn(3)) {
      const target = draw.pick(behind);
      return at(`RRef<${this.#qualified(target)}>`, target.weight + 1);
    }
    const container = this.#container(room);
    if (mayBeMissing && draw.oneIn(2)) {
      const target = draw.oneIn(3) ? container : `RRef<${this.#anyName()}>`;
      return { ...at(`Option<${target}>`), isOption: true };
    }
    return at(container);
  }

  /** Any definition, those ahead and the one that is being made included: what refers to it may be missing. */
  #anyName(): string {
    return this.#draw.oneIn(3) && this.#declared.length > 0 ? this.#qualified(this.#draw.pick(this.#declared)) : this.#draw.pick(this.#ahead);
  }

  #container(room: Room, nested = 1): string {
    const draw = this.#draw;
    if (draw.oneIn(2)) return `RRefVec<${this.#type({ copyOnly: true, slots: 0, weight: Math.min(8, room.weight), depth: 2 }).text}>`;
    const element = nested > 0 && draw.oneIn(4) ? this.#container(room, nested - 1) : this.#anyName();
    return `${draw.pick(['RRefArray', 'RRefDeque'])}<${element}, ${this.#length(5).text}>`;
  }

  #echo(pairs: number): string {
    this.#isVersioned = this.#draw.oneIn(2);
    const methods = Array.from({ length: pairs }, (_, index) => this.#pair(index));
    const deadline = this.#draw.oneIn(3) ? '@deadline(600s) ' : '';
    return `${this.#doc()}${deadline}interface Echo {\n  /** Calls of the methods below that have begun. */\n  served(): u32;\n${methods.join('\n')}\n}\n`;
  }

  /** Annotations of a method, which change nothing about its values. */
  #promises(): string {
    return ['@async ', '@deadline(599.5s) '].filter(() => this.#draw.oneIn(4)).join('');
  }

  #pair(index: number): string {
    const draw = this.#draw;
    const params: (Written & { readonly isLent?: true })[] = [];
    let slots = 18;
    let weight = 60;
    for (let count = draw.int(1, 4); count > 0; count--) {
      const room: Room = { copyOnly: false, slots, weight: Math.max(1, weight), depth: 3 };
      const type = slots > 0 && draw.oneIn(2) ? this.#reference(room, false) : this.#type(room);
      const isLent = type.text.startsWith('RRef') && draw.oneIn(2);
      params.push(isLent ? { ...type, isLent } : type);
      slots -= type.slots;
      weight -= type.weight;
    }
    // More data than a record holds, before and behind what goes to slots.
    if (draw.oneIn(3)) params.splice(draw.int(0, params.length), 0, { text: '[[f64; 5]; 7]', slots: 0, isCopy: true, weight: 35 });
    const names = this.#names(params.length);
    const since = this.#isVersioned ? `@since(${index + 1}) ` : '';
    const list = params.map((param, at) => `${names[at]}: ${param.isLent ? '&' : ''}${param.text}`).join(', ');
    const kept = params.filter((param) => !param.isLent).map((param) => param.text);
    const wrap = draw.pick([(text: string) => text, (text: string) => `Option<${text}>`, (text: string) => `Result<${text}, u8>`]);
    const rebuilt = params.map((param) => param.text);
    return [
      `${this.#doc('  ')}  ${since}${this.#promises()}echo${index}(${list}): ${wrap(kept.length > 0 ? `(${[...kept, 'string'].join(', ')})` : '(u8, string)')};`,
      `  ${since}rebuild${index}(${list}): (${[...rebuilt, 'u8'].join(', ')});`,
    ].join('\n');
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function deeper(room: Room, changes: Partial<Room>): Room {
  return { ...room, depth: room.depth - 1, ...changes };
}
