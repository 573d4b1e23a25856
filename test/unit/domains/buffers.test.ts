/** What replaces the constructors and methods of typed arrays does what the engine's do in a realm of its own, on what is short and on what is so long that it goes piece by piece. */
import vm from 'node:vm';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { DEEP_MINUTES } from '../../model/depth.js';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

const runs = (count: number): number => (DEEP_MINUTES > 0 ? count * 20 : count);

const PRELUDE = `
const log = [];
const watched = (target) => new Proxy(target, { get: (of, key) => (log.push('get ' + String(key)), Reflect.get(of, key)) });
const said = (name, value) => ({ valueOf() { log.push('value of ' + name); return value; } });
class Own extends Uint8Array {}
const from = (kind, length) => {
  const made = new kind(length);
  for (let n = 0; n < length; n++) made[n] = kind === BigInt64Array ? BigInt((n * 7919) % 1009) : ((n * 7919) % 1009) / (n % 5) - 40;
  if (kind === Float64Array) made.set([0, -0, NaN, -0, 0, Infinity], 3);
  return made;
};
const shape = (value) => {
  if (typeof value === 'string') return [value.length, value.slice(0, 80), value.slice(-80)];
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof ArrayBuffer) return ['buffer', value.byteLength, value.constructor.name];
  if (!ArrayBuffer.isView(value)) return 'object';
  let sum = 7n;
  for (const element of value) sum = (sum * 31n + (typeof element === 'bigint' ? element : BigInt(Math.trunc(element * 8) || (Object.is(element, -0) ? 1 : element !== element ? 2 : 0)))) % 1000000007n;
  return [value.constructor.name, Object.getPrototypeOf(value).constructor === value.constructor, value.length, value.byteOffset, String(sum), [...value.subarray(0, 8)].map(shape)];
};
const outcome = (run) => {
  log.length = 0;
  let result;
  try { result = shape(run()); } catch (error) { result = 'threw ' + error.constructor.name; }
  return JSON.stringify({ result, log });
};
`;

const evaluators: ((code: string) => string)[] = [];
beforeAll(async () => {
  const fresh = vm.createContext({});
  vm.runInContext(PRELUDE, fresh);
  evaluators.push((code) => vm.runInContext(code, fresh) as string);
  await import('../../../dist/domains/builtins/buffers.js');
  vm.runInThisContext(`var ofBuffers = (() => { ${PRELUDE} return (code) => eval(code); })();`);
  evaluators.push((globalThis as unknown as { ofBuffers: (code: string) => string }).ofBuffers);
});

const same = (code: string): void => {
  const [fresh, replaced] = evaluators as [(code: string) => string, (code: string) => string];
  expect(replaced(code), code).toBe(fresh(code));
};

const kind = fc.constantFrom('Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'Own');
const source = fc.constantFrom(
  ...[
    '',
    'undefined',
    'null',
    '0',
    '5',
    '-1',
    '2.7',
    'NaN',
    `'3'`,
    'Infinity',
    '2 ** 40',
    '1n',
    'Symbol.iterator',
    'true',
    `said('length', 3)`,
    '() => {}',
    'function (a, b) {}',
  ],
  ...[
    '[]',
    '[1, 2, 300]',
    '[1n, 2n]',
    '[1, , 3]',
    `['5', said('element', 6)]`,
    'watched([1, 2])',
    '{ length: 3, 0: 7 }',
    `watched({ length: said('length', 2), 0: 7, 1: 8 })`,
    '{ length: -1 }',
    'new Set([4, 5])',
  ],
  ...[
    'Object.assign([1, 2, 3], { [Symbol.iterator]: function* () { yield 9; } })',
    '{ *[Symbol.iterator]() { log.push("go"); yield 1; yield 2; } }',
    '{ [Symbol.iterator]: 5 }',
    '{ [Symbol.iterator]: null, length: 2 }',
  ],
  ...[
    'new Uint8Array([1, 2, 3])',
    'new Float64Array([1.5, -1])',
    'new BigInt64Array(2)',
    'new ArrayBuffer(16)',
    'new ArrayBuffer(16), 8',
    'new ArrayBuffer(16), 8, 1',
    'new ArrayBuffer(16), 3, 1',
    'new ArrayBuffer(7)',
    'new DataView(new ArrayBuffer(8))',
    'Object("ab")',
  ],
);
const mapper = fc.constantFrom(
  '',
  ', undefined',
  ', (value) => value',
  ', (value, at) => (log.push(at), typeof value === "bigint" ? value : value * 2)',
  ', 5',
  ', Number',
  ', function () { return this.x; }, { x: 4 }',
);

it('constructors and from do what those of the engine do', () => {
  fc.assert(
    fc.property(kind, source, mapper, fc.constantFrom('new', '', 'from', 'of', 'buffer', 'target'), (of, given, by, how) => {
      if (how === 'buffer') same(`outcome(() => new ArrayBuffer(${given}))`);
      else if (how === 'target') same(`outcome(() => Reflect.construct(Uint8Array, [${given}], ${of}))`);
      else if (how === 'from' || how === 'of') same(`outcome(() => ${of}.${how}(${given || 'undefined'}${how === 'from' ? by : ''}))`);
      else same(`outcome(() => ${how} ${of}(${given}))`);
    }),
    { numRuns: runs(200) },
  );
});

it.each([7, 70_000])('methods of %i elements do what those of the engine do', (length) => {
  const call = fc.oneof(
    fc.constantFrom(
      'sort()',
      'sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))',
      'sort((a, b) => (a > b ? "1" : a < b ? "-1" : NaN))',
      'sort(5)',
      'sort(null)',
      'sort(() => { throw new RangeError(); })',
    ),
    fc.constantFrom(
      'toSorted()',
      'toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))',
      'toSorted(null)',
      'toReversed()',
      'with(2, 9)',
      'with(2, 9n)',
      'with(-1, 1)',
      'with(1e6, 1)',
      'join()',
      `join('--')`,
      'join(said("separator", 1))',
      'toLocaleString()',
      'toString()',
    ),
    source.map((given) => `set(${given || '[]'})`),
    source.map((given) => `set(${(given || '[]').split(', ')[0]?.includes('[') === true ? '[1, 2]' : given || '[]'}, 2)`),
    fc.constantFrom(
      'every(isFinite)',
      'some((value, at) => at > 65000)',
      'find((value) => value > 900)',
      'findIndex(isNaN)',
      'findLast((value) => value > 90)',
      'findLastIndex(() => false)',
      'filter((value) => value > 50)',
      'map((value) => value)',
      'reduce((sum, value) => value, 0)',
      'reduce((sum, value) => value)',
      'reduceRight((sum, value) => value)',
      'forEach(5)',
    ),
    fc.constantFrom(
      'subarray(1, 5)',
      'slice(1, 5)',
      'slice()',
      'fill(3)',
      'copyWithin(1, 3)',
      'map(function () { return this === undefined ? 1 : 2; })',
      'every(function (value, at, all) { return all.length > 5 && this.x === 1; }, { x: 1 })',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom('Uint8Array', 'Float64Array', 'BigInt64Array', 'Own'), call, (of, made) =>
      same(`outcome(() => { const array = from(${of}, ${length}); const answer = array.${made}; return [answer === array, answer, array]; })`),
    ),
    { numRuns: length > 1000 ? runs(4) : runs(133) },
  );
});

it.each(['sort', 'toSorted'])('%s of a long array does what that of the engine does', (name) => {
  for (const comparator of ['undefined', '(a, b) => a - b', '(a, b) => (a % 10) - (b % 10)', '(a, b) => String(b.n ?? b).localeCompare(String(a.n ?? a))'])
    for (const element of [
      '(n * 7919) % 10007',
      '"t" + ((n * 7919) % 1009)',
      'n % 3 ? n : undefined',
      '({ n: (n * 31) % 101, toString() { return "o" + this.n; } })',
    ])
      same(
        `outcome(() => { const list = []; for (let n = 0; n < 9000; n++) list.push(${element}); const answer = list.${name}(${comparator}); return [answer === list, Array.from(answer, (value) => value?.n ?? value).join().slice(0, 300000)]; })`,
      );
});

it.each([
  'ArrayBuffer',
  'Uint8Array',
  'Float64Array',
  'Uint8Array.prototype',
  'ArrayBuffer.prototype',
  'Object.getPrototypeOf(Uint8Array)',
  'Object.getPrototypeOf(Uint8Array).prototype',
])('the names, lengths, attributes and texts of %s are those of the engine', (holder) => {
  same(`JSON.stringify([Object.getPrototypeOf(${holder}) === Object.getPrototypeOf(Int8Array), String(${holder}.name), Reflect.ownKeys(${holder}).map((key) => {
      const { value, get, ...attributes } = Object.getOwnPropertyDescriptor(${holder}, key);
      const of = (made) => typeof made === 'function' ? [made.name, made.length, Reflect.ownKeys(made).map(String), String(made).replace(/\\s+/g, ' '), 'prototype' in made] : typeof made;
      return [String(key), of(value), of(get), attributes];
    })])`);
});
