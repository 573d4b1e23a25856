/** Valid files made wrong at random: by characters, by tokens, by cutting, doubling and splicing. */
import fc from 'fast-check';
import { tokenize } from '../../../dist/idl/parse.js';
import { VALID, type ValidFile } from './valid-files.js';

export interface Mutant {
  readonly path: string;
  readonly text: string;
}

export const token = fc.constantFrom(
  ...'package import struct enum interface const mut true false { } ( ) [ ] < > <= => & @ | ? : ; , . = - " \' /// /* */ // RRef RRefArray RRefVec RRefDeque Option Result void string bytes u8 f64 kv 0 0x 1e999 99999999999 __proto__ constructor'.split(
    ' ',
  ),
  '@deadline(',
  '@since(2)',
  '50ms',
  '"./common.idl"',
  '\n',
  '\r',
  '\u2028',
  '\u0000',
  '\ud800',
  '\ufeff',
  '💥',
  'a'.repeat(300),
  'Option<'.repeat(40),
  '(((((((((',
  '[[[[[[[[[[[[',
);

const place = fc.nat(100_000);

/** What is done to a text, as a function of it. */
type Change = (text: string) => string;

const characters: fc.Arbitrary<Change> = fc
  .record({
    at: place,
    remove: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(60)),
    insert: fc.oneof(fc.constant(''), token, fc.string({ maxLength: 4 })),
  })
  .map(({ at, remove, insert }) => (text) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + insert + text.slice(start + remove);
  });

/** Stretches of a text between the beginnings of its tokens. */
function pieces(text: string): string[] {
  const starts = [0, ...tokenize(text).tokens.map((each) => each.startOffset), text.length];
  return starts.slice(1).map((end, index) => text.slice(starts[index], end));
}

const tokens: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom('drop', 'double', 'swap', 'replace', 'move'), place, place, token)
  .map(([what, a, b, other]) => (text) => {
    const parts = pieces(text);
    const [at, to] = [a % parts.length, b % parts.length];
    if (what === 'drop') parts.splice(at, 1);
    else if (what === 'double') parts.splice(at, 0, parts[at]);
    else if (what === 'swap') [parts[at], parts[to]] = [parts[to], parts[at]];
    else if (what === 'move') parts.splice(to, 0, ...parts.splice(at, 1));
    else parts[at] = ` ${other} `;
    return parts.join('');
  });

/** A stretch taken out, doubled, or put elsewhere; a file cut off; the head of one and the tail of another. */
const stretches: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom('drop', 'double', 'cut', 'behead', 'splice'), place, place, fc.constantFrom(...VALID))
  .map(([what, a, b, other]) => (text) => {
    const [from, to] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y);
    if (what === 'drop') return text.slice(0, from) + text.slice(to);
    if (what === 'double') return text.slice(0, to) + text.slice(from);
    if (what === 'cut') return text.slice(0, from);
    if (what === 'behead') return text.slice(from);
    return text.slice(0, from) + other.text.slice(b % (other.text.length + 1));
  });

export const mutant: fc.Arbitrary<Mutant> = fc
  .tuple(fc.constantFrom(...VALID), fc.array(fc.oneof(characters, tokens, stretches), { minLength: 1, maxLength: 4 }))
  .map(([file, changes]: [ValidFile, Change[]]) => ({ path: file.path, text: changes.reduce((text, change) => change(text), file.text) }));
