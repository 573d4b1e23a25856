/**
 * A file before and after each kind of change that docs/compatibility.md lists. `«` stands in the file afterwards where the change is pointed at, and is taken away before it is
 * compiled. What is asked for at run time is `Service` of package p, in both versions.
 */
import type { ChangeKind } from '../../../dist/idl/index.js';

export interface ChangeCase {
  readonly kind: ChangeKind;
  readonly before: string;
  readonly after: string;
  /** What the message says; every change of the file where it holds several. */
  readonly says?: string;
}

const BASE = `package p;

const MOST: u32 = 4;

struct Item {
  name: string<=16;
  size: u32;
  tags: [u8; 4];
}

enum Color { Red, Green }

enum Fault { None, Code(u32), Gone }

interface Sink { told(item: Item): void; }

interface Service {
  first(item: RRef<Item>, color: Color): Result<u32, Fault>;
  second(item: &RRef<Item>, size: u32): Option<u64>;
  third(sink: Sink): u32;
}
`;

/** The base, and the base with a part replaced: by what has a mark. */
function edit(kind: ChangeKind, from: string, to: string, says?: string, base = BASE): ChangeCase {
  if (!base.includes(from)) throw new Error(`the base has no ${from}`);
  return { kind, before: base, after: base.replace(from, () => to), ...(says !== undefined && { says }) };
}

/** The reverse: a part is there before that is gone afterwards. */
function gone(kind: ChangeKind, part: string, mark: (text: string) => string, says?: string, base = BASE): ChangeCase {
  if (!base.includes(part)) throw new Error(`the base has no ${part}`);
  return { kind, before: base, after: mark(base.replace(part, '')), ...(says !== undefined && { says }) };
}

const atItem = (text: string): string => text.replace('struct Item', 'struct «Item');
const atService = (text: string): string => text.replace('interface Service', 'interface «Service');
const atPackage = (text: string): string => text.replace('package p', 'package «p');
const PLAIN = BASE.replace('interface Service', 'interface Plain { ask(size: u32): u32; }\n\ninterface Service').replace(
  '  third(sink: Sink): u32;\n',
  '  third(size: u32): u32;\n',
);
const ANNOTATED = BASE.replace('  second(', '  @since(2) @idempotent @async @deadline(50ms)\n  second(').replace('third(', '@since(2) third(');

export const CASES: readonly ChangeCase[] = [
  edit('doc-comment', 'struct Item', '/// A thing.\nstruct Item'),
  edit('doc-comment', '  size: u32;', '  // in bytes\n  size: u32;'),
  {
    kind: 'declaration-order',
    before: 'package p;\nstruct A { a: u8; }\ninterface Service { m(a: A): void; }\n',
    after: 'package p;\ninterface Service { m(a: A): void; }\nstruct A { a: u8; }\n',
  },
  edit('parameter-renamed', 'size: u32): Option', 'bytes: u32): Option'),
  edit('length-spelled', '[u8; 4]', '[u8; MOST]'),

  { kind: 'package-added', before: '', after: atPackage(BASE), says: 'package p is new' },
  edit('definition-added', 'enum Color', 'struct «Extra { a: u8; }\n\nenum Color', 'struct p.Extra is new'),
  edit('definition-added', 'enum Color', 'enum «Extra { A }\n\nenum Color', 'enum p.Extra is new'),
  edit('definition-added', 'enum Color', 'interface «Extra { m(): void; }\n\nenum Color', 'interface p.Extra is new'),
  edit('constant-added', 'struct Item', 'const «LEAST: u8 = 1;\n\nstruct Item', 'constant p.LEAST is new: u8 = 1'),
  gone('constant-removed', 'const MOST: u32 = 4;\n', atPackage, 'constant p.MOST was published as u32 = 4 and is gone'),
  edit(
    'method-added',
    '  third(sink: Sink): u32;\n',
    '  third(sink: Sink): u32;\n  «fourth(): void;\n',
    'p.Service has a method `fourth` in this file and none of that name in what was published',
  ),
  edit(
    'recoverable-added',
    'interface Service',
    '«@recoverable\ninterface Service',
    'p.Service is @recoverable in this file',
    BASE.replace('RRef<Item>, color', '&RRef<Item>, color').replace('sink: Sink', 'size: u32'),
  ),
  edit('idempotent-added', '  second(', '  «@idempotent second(', 'p.Service.second is @idempotent in this file and was not when it was published'),
  edit('deadline', '  second(', '  «@deadline(50ms) second('),
  edit('deadline', '@deadline(50ms)', '«@deadline(60ms)', 'p.Service.second was published as @deadline(50ms) and is @deadline(60ms) in this file', ANNOTATED),
  edit('deadline', ' @deadline(50ms)\n  second', '\n  «second', 'and is not in this file', ANNOTATED),
  edit('async', '  second(', '  «@async second('),
  edit('async', ' @async @deadline(50ms)\n  second', ' @deadline(50ms)\n  «second', undefined, ANNOTATED),
  edit('since', '@since(2)', '«@since(1)', undefined, ANNOTATED),
  edit('since', '@since(2) @idempotent @async @deadline(50ms)\n  second', '@idempotent @async @deadline(50ms)\n  «second', undefined, ANNOTATED),

  edit('package-renamed', 'package p', 'package «q', 'package p was published from this file, which is package q now'),
  edit('definition-removed', BASE.slice(BASE.indexOf('interface Service')), 'interface Other { m(): void; }\n'),
  edit('definition-renamed', 'interface Service', 'interface «Server', 'what has its form in this file is called p.Server'),
  edit(
    'definition-kind',
    'enum Fault { None, Code(u32), Gone }',
    'struct «Fault { code: u32; }',
    'p.Fault is an enum in what was published and a struct in this file',
  ),
  edit('constant-changed', 'const MOST: u32 = 4', 'const MOST: u32 = «5', 'constant p.MOST was published as u32 = 4 and is u32 = 5 in this file'),
  edit('method-inserted', '  second(', '  «between(): void;\n  second(', 'method 2 of p.Service is `second` in what was published and `between` in this file'),
  edit('method-inserted', '  first(', '  «before(): void;\n  first('),
  edit('method-added-to-passed', 'told(item: Item): void;', 'told(item: Item): void; «ended(): void;', 'and p.Service passes one in its calls'),
  edit(
    'method-added-to-passed',
    'ask(size: u32): u32;',
    'ask(size: u32): u32; «more(): void;',
    'and p.Service passes one in its calls',
    PLAIN.replace('third(size: u32)', 'third(plain: Plain)'),
  ),
  gone(
    'last-method-removed',
    '  third(sink: Sink): u32;\n',
    atService,
    'p.Service has a method `third` in what was published and none of that name in this file',
  ),
  gone('method-removed', '  first(item: RRef<Item>, color: Color): Result<u32, Fault>;\n', atService),
  edit('method-renamed', '  second(', '  «middle(', 'a method of p.Service is called `second` in what was published and `middle` in this file'),
  edit(
    'parameter-added',
    'sink: Sink)',
    'sink: Sink, «more: u8)'.replace('«more: ', 'more: «'),
    'p.Service.third takes 1 argument in what was published and 2 arguments in this file',
  ),
  gone(
    'parameter-removed',
    ', size: u32',
    (text) => text.replace('  second(', '  «second('),
    'p.Service.second takes 2 arguments in what was published and 1 argument in this file',
  ),
  edit('parameter-type', 'size: u32): Option', 'size: «u16): Option', 'argument 2 of p.Service.second is u32 in what was published and u16 in this file'),
  edit('result-type', 'third(sink: Sink): u32', 'third(sink: Sink): «u64', 'the result of p.Service.third is u32 in what was published and u64 in this file'),
  edit('result-type', 'third(sink: Sink): u32', 'third(sink: Sink): «void'),
  edit('lent', 'item: RRef<Item>', 'item: «&RRef<Item>', 'argument 1 of p.Service.first is RRef<p.Item> in what was published and &RRef<p.Item> in this file'),
  edit(
    'moved',
    'item: &RRef<Item>',
    'item: «RRef<Item>',
    'argument 1 of p.Service.second is &RRef<p.Item> in what was published and RRef<p.Item> in this file',
  ),
  edit('field-added', '  size: u32;', '  size: u32;\n  «more: u8;', 'p.Item has a field `more` in this file'),
  edit('field-added', '  tags: [u8; 4];', '  tags: [u8; 4];\n  «more: u8;'),
  gone('field-removed', '  size: u32;\n', atItem, 'p.Item has a field `size` in what was published and none of that name in this file'),
  edit('field-renamed', '  size: u32;', '  «bytes: u32;', 'a field of p.Item is called `size` in what was published and `bytes` in this file'),
  edit('field-type', '  size: u32;', '  size: «u64;', 'p.Item.size is u32 in what was published and u64 in this file'),
  edit('variant-added', 'Gone }', 'Gone, «Late }', 'p.Fault has a variant `Late` in this file'),
  edit('variant-added', '{ Red,', '{ «Blue, Red,'),
  gone('variant-removed', ', Gone', (text) => text.replace('enum Fault', 'enum «Fault'), 'p.Fault has a variant `Gone` in what was published'),
  edit('variant-renamed', 'Green', '«Lime', 'a variant of p.Color is called `Green` in what was published and `Lime` in this file'),
  edit('variant-payload', 'Code(u32)', 'Code(«u64)', 'p.Fault.Code holds u32 in what was published and u64 in this file'),
  edit('variant-payload', 'Code(u32)', '«Code', 'p.Fault.Code holds u32 in what was published and nothing in this file'),
  edit('enum-payloads', 'Green }', 'Green(«u8) }', 'p.Color.Green holds nothing in what was published and u8 in this file'),
  edit('option-added', '  size: u32;', '  size: «Option<u32>;', 'p.Item.size is u32 in what was published and Option<u32> in this file'),
  edit('option-removed', 'u32): Option<u64>', 'u32): «u64', 'the result of p.Service.second is Option<u64> in what was published and u64 in this file'),
  edit('bound-widened', 'string<=16', '«string<=17', 'p.Item.name is string<=16 in what was published and string<=17 in this file'),
  edit('bound-widened', 'string<=16', '«string'),
  edit('bound-narrowed', 'string<=16', '«string<=15'),
  edit('bound-narrowed', 'name: string;', 'name: «string<=16;', undefined, BASE.replace('string<=16', 'string')),
  edit('length-changed', '[u8; 4]', '«[u8; 5]', 'p.Item.tags is [u8;4] in what was published and [u8;5] in this file'),
  edit('no-forward-added', 'interface Service', '«@noForward\ninterface Service', 'p.Service is @noForward in this file and not in what was published'),
  edit(
    'no-forward-removed',
    '@noForward\ninterface Service',
    'interface «Service',
    undefined,
    BASE.replace('interface Service', '@noForward\ninterface Service'),
  ),
  edit(
    'recoverable-removed',
    '@recoverable\ninterface Service',
    'interface «Service',
    'p.Service was published as @recoverable and is not in this file',
    BASE.replace('interface Service', '@recoverable\ninterface Service').replace('RRef<Item>, color', '&RRef<Item>, color').replace('sink: Sink', 'size: u32'),
  ),
  edit('idempotent-removed', '@since(2) @idempotent @async @deadline(50ms)\n  second', '@since(2) @async @deadline(50ms)\n  «second', undefined, ANNOTATED),
];

/** Changes that show at two places, both marked. */
export const SWAPS: readonly ChangeCase[] = [
  {
    kind: 'method-reordered',
    before: 'package p;\ninterface Service { one(): void; two(): void; three(): void; }\n',
    after: 'package p;\ninterface Service { «two(): void; «one(): void; three(): void; }\n',
    says: '`two` is method 2 of p.Service in what was published and method 1 in this file',
  },
  {
    kind: 'field-reordered',
    before: 'package p;\nstruct S { a: u8; b: u8; }\ninterface Service { m(s: S): void; }\n',
    after: 'package p;\nstruct S { «b: u8; «a: u8; }\ninterface Service { m(s: S): void; }\n',
    says: '`b` is field 2 of p.S in what was published and field 1 in this file',
  },
  {
    kind: 'variant-reordered',
    before: 'package p;\nenum E { A, B(u8), C }\ninterface Service { m(e: E): void; }\n',
    after: 'package p;\nenum E { «C, B(u8), «A }\ninterface Service { m(e: E): void; }\n',
    says: '`C` is variant 3 of p.E in what was published and variant 1 in this file',
  },
];
