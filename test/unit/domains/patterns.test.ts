/** No way of making a regular expression takes a pattern on which V8 would end the process, or compile for minutes; what people write passes. */
import { beforeAll, expect, it } from 'vitest';
import { patternExcess } from '../../../dist/abi/pattern-bound.js';

type Any = any;

beforeAll(async () => {
  await import('../../../dist/domains/builtins/regexp-methods.js');
});

const nested = (open: string, inner: string, close: string, depth: number): string => open.repeat(depth) + inner + close.repeat(depth);
const TOO_LARGE: { readonly [what: string]: string } = {
  'look-behinds in each other': nested('(?<=', '', ')', 1e5),
  'look-aheads in each other': nested('(?=a', '', ')', 20_000),
  'quantified groups in each other': nested('(', 'a', ')*', 60),
  'groups that are never closed': '(?:'.repeat(60),
  'named groups in each other': Array.from({ length: 60 }, (_, n) => `(?<g${n}>`).join('') + ')'.repeat(60),
  'after a class that looks open': `[(\\]]${nested('(', '', ')', 60)}`,
  'after an escaped bracket': `\\[${nested('(', '', ')', 60)}`,
  'quantifiers in a row': 'a?'.repeat(3000),
  'counts in a row': 'a{9,99}'.repeat(3000),
  'groups in a row': '(a)'.repeat(3000),
  'properties of texts in a row': '\\p{RGI_Emoji}'.repeat(5),
  'as long as a book': 'a|'.repeat(40_000),
};
const WAYS: { readonly [how: string]: (pattern: string) => unknown } = {
  constructor: (pattern: string) => new RegExp(pattern),
  'a call': (pattern) => RegExp(pattern),
  'the constructor of a literal': (pattern) => new (/a/.constructor as Any)(pattern),
  'a subclass': (pattern) => new (class Own extends RegExp {} as Any)(pattern),
  'a new target': (pattern) => Reflect.construct(RegExp, [pattern], Array),
  'a boxed text': (pattern) => new RegExp(Object(pattern)),
  'what looks like one': (pattern) => new RegExp({ [Symbol.match]: true, source: pattern, flags: '' } as Any),
  match: (pattern) => 'a'.match(pattern),
  matchAll: (pattern) => 'a'.matchAll(pattern as Any),
  search: (pattern) => 'a'.search(pattern),
  'match with what has no matcher': (pattern) => 'a'.match({ toString: () => pattern } as Any),
  'splitting by what looks like one': (pattern) =>
    (RegExp.prototype as Any)[Symbol.split].call({ [Symbol.match]: true, source: pattern, flags: '', exec: () => null }, 'a'),
  'all matches of what looks like one': (pattern) => (RegExp.prototype as Any)[Symbol.matchAll].call({ [Symbol.match]: true, source: pattern, flags: '' }, 'a'),
};

it.each(Object.keys(WAYS))('%s: a pattern that is too large is a SyntaxError that says why', (how) => {
  for (const [what, pattern] of Object.entries(TOO_LARGE))
    expect(() => WAYS[how]?.(pattern), what).toThrow(
      expect.objectContaining({ name: 'SyntaxError', message: expect.stringMatching(/Regular expression too large: (it|its) /) }),
    );
});

it('what asks once for its text cannot show another', () => {
  let asked = 0;
  const twoFaced = { toString: () => (asked++ === 0 ? 'a' : (TOO_LARGE['look-behinds in each other'] as string)) };
  expect([new RegExp(twoFaced as Any).source, asked]).toEqual(['a', 1]);
});

it('what people write is not too large', () => {
  const words = Array.from({ length: 7000 }, (_, n) => `word${n}`).join('|');
  const fine = [
    words,
    `[${'\\u{1F600}(?*+'.repeat(3000)}]`,
    nested('(?:a', 'b', ')?', 40),
    '\\p{L}\\p{N}'.repeat(50),
    '(?<a>b)'.repeat(1000),
    '\\('.repeat(5000),
    '[(]'.repeat(5000),
    'x{1,3}'.repeat(500),
  ];
  for (const pattern of fine) expect(patternExcess(pattern), pattern.slice(0, 40)).toBeUndefined();
});
