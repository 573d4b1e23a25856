/**
 * How much a type takes: slots, bytes, and levels of definitions. Refuses recursion without an `RRef`, values that are too large, and
 * methods whose arguments or result need more slots than a call record has.
 *
 * The rules for slots and bytes are those of abi/type-layout.ts, to the byte: what is accepted here has to load. Each definition is measured once, so that
 * no input takes long.
 */
import { DATA_BYTES, RECORD_SLOTS } from '../abi/record-layout.js';
import type { MethodDef, TypeRef } from '../abi/schema.js';
import { alignUp, LARGEST_VALUE_BYTES, SCALAR_BYTES } from '../abi/type-layout.js';
import type { Definitions } from './definitions.js';
import type { Reporter, Span } from './diagnostic.js';
import { replacement, written } from './fix.js';
import { refuseVecElement } from './resolve-container.js';

interface Measure {
  readonly slots: number;
  readonly bytes: number;
  readonly align: number;
  /** Levels of definitions inside one another. */
  readonly depth: number;
}

const NOTHING: Measure = { slots: 0, bytes: 0, align: 1, depth: 0 };
const RAW: Measure = { slots: 1, bytes: 4, align: 4, depth: 0 };
const REFERENCE: Measure = { slots: 1, bytes: 0, align: 1, depth: 0 };
const MAX_DEPTH = 64;

/** What a value takes, data and slots together. */
const wholeOf = ({ bytes, slots }: Measure): number => bytes + slots * 4;
/** Data that a record has no room for lies in a block of its own, which is listed behind the slots. */
const listedOf = ({ bytes, slots }: Measure): number => slots + (bytes > DATA_BYTES ? 1 : 0);

export class Measurer {
  readonly #definitions: Definitions;
  readonly #reporter: Reporter;
  readonly #measured = new Map<string, Measure>();
  readonly #open: string[] = [];

  constructor(definitions: Definitions, reporter: Reporter) {
    this.#definitions = definitions;
    this.#reporter = reporter;
  }

  checkAll(): void {
    for (const name of this.#definitions.held.keys()) this.#named(name);
    for (const { type, span } of this.#definitions.vecs) this.#vecElement(type, span);
    for (const [name, { methods }] of Object.entries(this.#definitions.interfaces)) {
      const spans = this.#definitions.methodSpans.get(name) ?? [];
      for (const [index, method] of methods.entries()) this.#checkMethod(method, spans[index].name);
    }
  }

  #checkMethod(method: MethodDef, span: Span): void {
    const each = method.params.map((param) => ({ name: param.name, ...this.#measure(param.type) }));
    const given = sequence(each);
    if (listedOf(given) > RECORD_SLOTS) {
      const parts = each.filter(({ slots }) => slots > 0).map((one) => `${one.name} ${one.slots}`);
      if (listedOf(given) > given.slots) parts.push(`${given.bytes} bytes of data 1`);
      this.#reporter.report(
        span,
        'tooManySlots',
        `the arguments of \`${method.name}\` take ${listedOf(given)} slots: ${parts.join(', ')}`,
        'put them into a struct and pass an RRef to it, which takes one',
      );
    }
    const result = this.#measure(method.returns);
    if (listedOf(result) > RECORD_SLOTS) {
      const data = listedOf(result) > result.slots ? `, of which its ${result.bytes} bytes of data take one` : '';
      this.#reporter.report(
        span,
        'tooManySlots',
        `the result of \`${method.name}\` takes ${listedOf(result)} slots${data}`,
        'return an RRef to it, which takes one',
      );
    }
    for (const [what, measure] of [
      ['the arguments', given],
      ['the result', result],
    ] as const) {
      if (wholeOf(measure) <= LARGEST_VALUE_BYTES) continue;
      this.#reporter.report(
        span,
        'tooLarge',
        `${what} of \`${method.name}\` take ${wholeOf(measure)} bytes`,
        'keep large data in bytes, or pass an RRef to it',
      );
    }
  }

  #vecElement(type: TypeRef, span: Span): void {
    const { slots, bytes } = this.#measure(type);
    if (slots > 0) refuseVecElement(span, this.#reporter);
    else if (bytes > LARGEST_VALUE_BYTES) this.#reporter.report(span, 'tooLarge', `an element takes ${bytes} bytes`, 'split it over several elements');
  }

  #measure(type: TypeRef): Measure {
    switch (type.kind) {
      case 'void':
        return NOTHING;
      case 'scalar':
        return { slots: 0, bytes: SCALAR_BYTES[type.scalar], align: SCALAR_BYTES[type.scalar], depth: 0 };
      case 'string':
      case 'bytes':
        return RAW;
      case 'rref':
        return REFERENCE;
      case 'container':
        // Behind a reference, always: what is in it does not count here.
        return NOTHING;
      case 'interface':
        return { slots: 0, bytes: 8, align: 4, depth: 0 };
      case 'array': {
        const element = this.#measure(type.element);
        return { ...element, slots: element.slots * type.length, bytes: element.bytes * type.length };
      }
      case 'tuple':
        return sequence(type.elements.map((element) => this.#measure(element)));
      case 'option':
        return type.value.kind === 'rref' ? REFERENCE : choice([this.#measure(type.value)], 1);
      case 'result':
        return choice([this.#measure(type.ok), this.#measure(type.err)], 1);
      case 'named':
        return this.#named(type.name);
    }
  }

  #named(name: string): Measure {
    const known = this.#measured.get(name);
    if (known) return known;
    const held = this.#definitions.held.get(name) ?? [];
    this.#open.push(name);
    const parts: Measure[] = [];
    for (const { type, span } of held) {
      const circle = this.#circleThrough(type);
      if (circle) {
        const message = circle.length === 1 ? `\`${circle[0]}\` contains itself` : `\`${circle[0]}\` contains itself: ${[...circle, circle[0]].join(' -> ')}`;
        // Where the type is its bare name, or an option of it, there is one place for the RRef.
        const held = /^(?:Option<\s*([\w.]+)\s*>|([\w.]+))$/.exec(written(span));
        const fix = held ? replacement(span, `Option<RRef<${held[1] ?? held[2]}>>`) : undefined;
        this.#reporter.report(span, 'recursion', message, `put an RRef between: \`Option<RRef<${circle[0].split('.')[1]}>>\``, fix);
      } else if (this.#open.length > MAX_DEPTH) {
        this.#reporter.report(span, 'tooLarge', `definitions contain one another ${MAX_DEPTH} deep here`, 'put an RRef between');
      } else {
        parts.push(this.#measure(type));
      }
    }
    this.#open.pop();
    const whole = Object.hasOwn(this.#definitions.structs, name) ? sequence(parts) : choice(parts, 4);
    const measure = { ...whole, depth: whole.depth + 1 };
    const deep = measure.depth > MAX_DEPTH;
    const large = wholeOf(measure) > LARGEST_VALUE_BYTES;
    const span = this.#definitions.spans.get(name);
    if (large && span) {
      this.#reporter.report(span, 'tooLarge', `a \`${name}\` takes ${wholeOf(measure)} bytes`, 'keep large data in bytes, or put an RRef between');
    }
    if (deep && span) this.#reporter.report(span, 'tooLarge', `\`${name}\` contains definitions more than ${MAX_DEPTH} deep`, 'put an RRef between');
    // What is too large was told once; its users are measured as if it were not.
    const kept = large || deep ? NOTHING : measure;
    this.#measured.set(name, kept);
    return kept;
  }

  /** The open definitions from the one that `type` holds by value back to it, where there is such a circle. */
  #circleThrough(type: TypeRef): string[] | undefined {
    switch (type.kind) {
      case 'array':
        return this.#circleThrough(type.element);
      case 'option':
        return this.#circleThrough(type.value);
      case 'result':
        return this.#circleThrough(type.ok) ?? this.#circleThrough(type.err);
      case 'tuple':
        for (const element of type.elements) {
          const circle = this.#circleThrough(element);
          if (circle) return circle;
        }
        return undefined;
      case 'named': {
        const start = this.#open.indexOf(type.name);
        return start < 0 ? undefined : this.#open.slice(start);
      }
      default:
        return undefined;
    }
  }
}

function sequence(parts: readonly Measure[]): Measure {
  const sum = parts.reduce(
    (before, part) => ({
      slots: before.slots + part.slots,
      bytes: alignUp(before.bytes, part.align) + part.bytes,
      align: Math.max(before.align, part.align),
      depth: Math.max(before.depth, part.depth),
    }),
    NOTHING,
  );
  return { ...sum, bytes: alignUp(sum.bytes, sum.align) };
}

function choice(parts: readonly Measure[], tagBytes: number): Measure {
  const most = parts.reduce(
    (before, part) => ({
      slots: Math.max(before.slots, part.slots),
      bytes: Math.max(before.bytes, part.bytes),
      align: Math.max(before.align, part.align),
      depth: Math.max(before.depth, part.depth),
    }),
    { ...NOTHING, align: tagBytes },
  );
  return { ...most, bytes: alignUp(alignUp(tagBytes, most.align) + most.bytes, most.align) };
}
