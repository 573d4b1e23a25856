/** Built-ins that put texts together or cut them do what they do elsewhere, and count what is long. */
import vm from 'node:vm';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { startMetering } from '../../../dist/domains/builtins/taming.js';

const told: number[] = [];
const SAME: readonly string[] = [
  "'a'.concat('b', 3, null)",
  "'a'.link('\"b')",
  "String.prototype.concat.call(null, 'a')",
  "'abcdef'.slice(-3, -1) + 'abcdef'.substring(4, 1) + 'abcdef'.substr(-3, 2)",
  "' a '.trim() + ' a '.trimStart() + ' a '.trimEnd() + ' a '.trimLeft() + ' a '.trimRight()",
  "''.trimLeft === ''.trimStart && ''.trimRight === ''.trimEnd",
  'String.raw`a${1}\\n`',
  "[1, [2, 3]].join('-') + [1, [2]] + [1].toLocaleString()",
  "new Uint8Array(3).join('-')",
  "String(Symbol('x')) + String(/a/g) + String(new TypeError('x')) + Object.prototype.toString.call([])",
  "Error.prototype.toString.call({ name: 'n', message: 'm' })",
  'Symbol.prototype.toString.call(1)',
  "new (''.concat)()",
  "JSON.stringify(['concat', 'link', 'slice', 'trim'].map((key) => [Object.getOwnPropertyDescriptors(String.prototype[key]), typeof String.prototype[key]]))",
  'String(String.prototype.concat) + String(Array.prototype.toLocaleString)',
];
const outcome = (expression: string): string =>
  `(() => { try { return String(${expression}); } catch (error) { return error.constructor.name + ': ' + error.message; } })()`;
const expected = new Map<string, unknown>();

beforeAll(async () => {
  const plain = vm.createContext({});
  for (const expression of SAME) expected.set(expression, vm.runInContext(outcome(expression), plain));
  await import('../../../dist/domains/builtins/text-joining.js');
  startMetering({ reserve() {}, fits: () => true, text: (length) => (told.push(length), 0), noteLargeBigInt() {} });
});
beforeEach(() => void (told.length = 0));

it.each(SAME)('%s', (expression) => {
  expect(new Function(`return ${outcome(expression)}`)()).toBe(expected.get(expression));
});

it.each([
  ["'a'.concat(long)", 9001],
  ['String.raw`${long}b`', 9001],
  ["[long, 1].join('')", 9001],
  ['[long].toLocaleString()', 9000],
  ["Error.prototype.toString.call({ name: 'a', message: long })", 9003],
  ["RegExp.prototype.toString.call({ source: long, flags: '' })", 9002],
  ['Symbol(long).toString()', 9008],
  ['Object.prototype.toString.call({ [Symbol.toStringTag]: long })', 9009],
  // A part is not judged by its length, because it takes none yet.
  ['long.slice(1)', 0],
  ['long.substring(0, 8999)', 0],
])('%s counts', (expression, length) => {
  const long = 'l'.repeat(9000);
  new Function('long', `return ${expression}`)(long);
  expect(told).toEqual([length]);
});

it('what is short does not count', () => {
  const short = 's'.repeat(8000);
  expect([short.concat('a').length, short.slice(1).length, [short, 'a'].join('').length]).toEqual([8001, 7999, 8001]);
  expect(told).toEqual([]);
});
