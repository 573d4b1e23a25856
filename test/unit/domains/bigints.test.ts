/** What replaces BigInt and its functions does what they do in a realm where nothing is replaced, up to the bound. */
import vm from 'node:vm';
import { beforeAll, expect, it } from 'vitest';

const PRELUDE = `
const log = [];
const tell = (name, value) => ({ valueOf() { log.push('valueOf ' + name); return value; }, toString() { log.push('toString ' + name); return '12'; } });
const prim = (name, value) => ({ [Symbol.toPrimitive](hint) { log.push(hint + ' ' + name); return value; } });
`;

const SAME: readonly string[] = [
  ...['5', "'12'", "' 0x1f '", "''", "'abc'", '1.5', 'true', 'null', 'undefined', 'Symbol()', '7n', '[]', '[3]', '{}', 'new Date(5)'].map(
    (given) => `BigInt(${given})`,
  ),
  ...[
    "tell('a', 3)",
    "tell('b', '4')",
    "tell('c', {})",
    "prim('d', 5n)",
    "prim('e', {})",
    '{ [Symbol.toPrimitive]: 1 }',
    '{ [Symbol.toPrimitive]: null, valueOf: 1 }',
    '{ valueOf: null, toString: () => ({}) }',
  ].map((given) => `BigInt(${given})`),
  ...[
    '8, 257n',
    '8, -1n',
    '64, -1n',
    '0, 5n',
    '-1, 5n',
    '2 ** 53, 5n',
    '1.9, 3n',
    "'3', 9n",
    "8, '300'",
    '8, 3',
    '8n, 3n',
    "tell('w', 8), tell('v', 300n)",
    "Symbol(), tell('v', 3n)",
    '2 ** 40, 5n',
    'NaN, 3n',
    'undefined, 3n',
    '',
  ].flatMap((given) => [`BigInt.asUintN(${given})`, `BigInt.asIntN(${given})`]),
  'new BigInt(1)',
  'BigInt.name + BigInt.length + typeof BigInt + String(BigInt) + BigInt.asIntN.name + BigInt.asUintN.length',
  'Reflect.ownKeys(BigInt).map(String).sort().join()',
  'JSON.stringify(Object.getOwnPropertyDescriptors(BigInt))',
  '5n.constructor === BigInt && Object(5n) instanceof BigInt && BigInt.prototype === Object.getPrototypeOf(Object(5n))',
  "['1', '2'].map(BigInt)",
  "BigInt('9'.repeat(70000)) % 1000007n",
  "BigInt('-' + '9'.repeat(5)) + BigInt.asIntN(2 ** 40, -5n)",
];

const TOO_LARGE: readonly string[] = [
  "BigInt('9'.repeat(90000))",
  "BigInt('0x' + 'f'.repeat(70000))",
  "BigInt('0b1' + '0'.repeat(2 ** 18 + 1))",
  "BigInt(' '.repeat(2 ** 22) + '1')",
  "BigInt({ toString: () => '9'.repeat(3e7) })",
  "BigInt.asUintN(8, '9'.repeat(3e7))",
  "BigInt.asIntN(8, '9'.repeat(3e7))",
  'BigInt.asUintN(2 ** 30 - 1, -1n)',
  'BigInt.asUintN(2 ** 40, -1n)',
];

const outcome = (expression: string): string =>
  `(() => { ${PRELUDE} let end; try { end = ${expression}; } catch (error) { end = error.constructor.name + ': ' + error.message; } return String(end) + ' ' + typeof end + ' ' + log.join(); })()`;

const expected = new Map<string, unknown>();

beforeAll(async () => {
  const plain = vm.createContext({});
  for (const expression of SAME) expected.set(expression, vm.runInContext(outcome(expression), plain));
  await import('../../../dist/domains/builtins/bigints.js');
});

it.each(SAME)('%s', (expression) => {
  expect(new Function(`return ${outcome(expression)}`)()).toBe(expected.get(expression));
});

it.each(TOO_LARGE)('%s is too large, and known to be at once', (expression) => {
  expect(() => new Function(`return ${expression}`)()).toThrow(new RangeError('Maximum BigInt size exceeded'));
});
