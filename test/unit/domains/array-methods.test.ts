/** What replaces the methods of arrays does what they do: the same results, the same writes, the same reads and calls in the same order, for whatever it is called on. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

type Any = any;

const native: { [method: string]: Any } = {};
for (const name of Object.getOwnPropertyNames(Array.prototype)) native[name] = (Array.prototype as Any)[name];
const before = Object.getOwnPropertyDescriptors(Array.prototype) as Any;
const { apply, ownKeys } = Reflect;

beforeAll(async () => {
  await import('../../../dist/domains/builtins/array-methods.js');
});

const REPLACED = Object.keys(native).filter(
  (name) =>
    typeof native[name] === 'function' && !['constructor', 'at', 'push', 'pop', 'keys', 'values', 'entries', 'toString', 'toLocaleString'].includes(name),
);
const CALLBACKS: { [name: string]: Any } = {
  even: (value: Any) => typeof value === 'number' && value % 2 === 0,
  pair: (...args: Any[]) => [args[0], args[1]],
  by: (a: Any, b: Any) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0),
  throws: (value: Any) => {
    if (value === 2) throw new Error('two');
    return value;
  },
};
const element = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom<Any>(Number.NaN, -0, undefined, null, 'a', 'b', '', true, 2n, Symbol.iterator),
  fc.constantFrom<Any>([1, [2, [3]]], []),
);
const argument = fc.oneof(
  fc.integer({ min: -8, max: 8 }),
  element,
  fc.constantFrom<Any>(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.5, {}),
  fc.constantFrom(...Object.keys(CALLBACKS)).map((name) => CALLBACKS[name]),
);
const slots = fc.array(fc.option(element, { freq: 4, nil: 'hole' as Any }), { maxLength: 8 });

/** A proxy that writes down what is asked of it. */
function watched(target: Any, log: string[]): Any {
  const handler: Any = {};
  for (const trap of ['get', 'set', 'has', 'deleteProperty', 'getOwnPropertyDescriptor', 'defineProperty', 'ownKeys'] as const) {
    handler[trap] = (...args: Any[]) => {
      log.push(`${trap} ${String(args[1])}`);
      return (Reflect[trap] as Any)(...args);
    };
  }
  return new Proxy(target, handler);
}

function make(kind: string, items: readonly Any[], log: string[]): Any {
  const array: Any[] = [];
  array.length = items.length;
  for (const [n, item] of items.entries()) if (item !== 'hole') array[n] = item;
  if (kind === 'array') return array;
  if (kind === 'frozen') return Object.freeze(array);
  if (kind === 'own species') return Object.assign(array, { constructor: { [Symbol.species]: class extends Array {} } });
  if (kind === 'subclass') return Object.setPrototypeOf(array, class Own extends Array {}.prototype);
  const like: Any = { length: items.length };
  for (const [n, item] of items.entries()) if (item !== 'hole') like[n] = item;
  if (kind === 'array-like') return like;
  if (kind === 'text') return items.map(String).join('');
  if (kind === 'watched array-like') return watched(like, log);
  if (kind === 'watched array') return watched(array, log);
  return kind === 'null' ? null : 5;
}

function shape(value: Any, depth = 0): Any {
  if (typeof value !== 'object' || value === null || depth > 4) return typeof value === 'function' ? 'function' : value;
  return [
    Object.getPrototypeOf(value)?.constructor?.name,
    Array.isArray(value) ? value.length : '',
    ...ownKeys(value)
      .slice(0, 20)
      .map((key) => [String(key), key === 'constructor' ? 0 : shape(value[key], depth + 1)]),
  ];
}

function outcome(method: Any, kind: string, items: readonly Any[], args: readonly Any[]): Any {
  const log: string[] = [];
  const self = make(kind, items, log);
  let result: Any;
  try {
    const value = apply(method, self, args);
    result = value === self ? 'itself' : shape(value);
  } catch (error) {
    result = ['threw', (error as Error).name];
  }
  return { result, log: log.join('\n'), self: shape(self) };
}

const KINDS = ['array', 'frozen', 'own species', 'subclass', 'array-like', 'text', 'watched array-like', 'watched array', 'null', 'number'];

it.each(REPLACED)('%s does what the engine does', (name) => {
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), slots, fc.array(argument, { maxLength: 4 }), (kind, items, args) => {
      expect(outcome((Array.prototype as Any)[name], kind, items, args)).toEqual(outcome(native[name], kind, items, args));
    }),
    { numRuns: 400 },
  );
});

it.each(REPLACED)('%s has the name, length, attributes and text of what it replaces', (name) => {
  const after = Object.getOwnPropertyDescriptor(Array.prototype, name) as Any;
  const { value, ...attributes } = before[name];
  expect(after).toEqual({ ...attributes, value: expect.any(Function) });
  expect(after.value).not.toBe(value);
  expect([after.value.name, after.value.length, ownKeys(after.value)]).toEqual([value.name, value.length, ownKeys(value)]);
  expect(String(after.value)).toBe(String(value));
  expect(() => new after.value()).toThrow(TypeError);
});
