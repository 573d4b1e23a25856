/** What replaces the methods of texts and of regular expressions does what they do in a realm where nothing is replaced: the same results, errors, reads and calls in the same order. */
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
const watched = (target) => new Proxy(target, {
  get: (of, key) => (log.push('get ' + String(key)), Reflect.get(of, key)),
  set: (of, key, value) => (log.push('set ' + String(key) + ' ' + String(value)), Reflect.set(of, key, value)),
});
const said = (name, value) => ({ toString() { log.push('text of ' + name); return value; } });
class Own extends RegExp {
  exec(text) { log.push('exec ' + text.length + ' ' + this.lastIndex); return super.exec(text); }
  static get [Symbol.species]() { log.push('species'); return Own; }
}
const found = (...values) => Object.assign([...values], { index: 1, groups: undefined });
const answering = (flags, ...answers) => ({ flags, lastIndex: 0, exec() { log.push('exec'); return answers.shift() ?? null; } });
const shape = (value, depth = 0) => {
  if (typeof value === 'string') return value.length > 300 ? [value.length, value.slice(0, 50), value.slice(-50)] : value;
  if (typeof value !== 'object' || value === null || depth > 3) return typeof value === 'function' ? 'function' : String(value);
  if (value instanceof RegExp) return ['RegExp', value.source, value.flags, String(value.lastIndex)];
  return [Array.isArray(value) ? value.length : 'object', ...Reflect.ownKeys(value).slice(0, 30).map((key) => [String(key), shape(value[key], depth + 1)])];
};
const outcome = (pattern, run) => {
  log.length = 0;
  let result;
  try { result = shape(run(pattern)); } catch (error) { result = 'threw ' + error.constructor.name; }
  return JSON.stringify({ result, log, pattern: shape(pattern) });
};
`;

const evaluators: ((code: string) => string)[] = [];
beforeAll(async () => {
  const fresh = vm.createContext({});
  vm.runInContext(PRELUDE, fresh);
  evaluators.push((code) => vm.runInContext(code, fresh) as string);
  await import('../../../dist/domains/builtins/regexp-methods.js');
  await import('../../../dist/domains/builtins/string-methods.js');
  await import('../../../dist/domains/builtins/object-methods.js');
  vm.runInThisContext(`var ofTexts = (() => { ${PRELUDE} return (code) => eval(code); })();`);
  evaluators.push((globalThis as unknown as { ofTexts: (code: string) => string }).ofTexts);
});

const same = (code: string): void => {
  const [fresh, replaced] = evaluators as [(code: string) => string, (code: string) => string];
  expect(replaced(code), code).toBe(fresh(code));
};

const text = fc.oneof(
  fc.constantFrom(`''`, `'abc'`, `'aXbXc'`, `'a1b22c333'`, `'\\u{1f600}b\\u{1f600}'`, `'\\ud83d'`, `'a,b,,c'`, `'ab'.repeat(5000)`, `'a'.repeat(40) + 'b'`),
  fc.stringMatching(/^[abX1,$ ]{0,12}$/).map((value) => JSON.stringify(value)),
);
const literal = fc.constantFrom(
  ...[
    '/a/',
    '/a/g',
    '/a/y',
    '/a/gy',
    '/b*/g',
    '/b*/gu',
    '/(a)(b)?/',
    '/(a)(b)?/g',
    '/(?<x>a)|(?<y>b)/g',
    '/(?<x>a)(?<z>q)?/',
    '/(?:)/',
    '/(?:)/g',
    '/(?:)/gu',
    '/./gu',
    '/./gs',
    '/\\ud83d/g',
    '/(?<=a)b/g',
    '/^/gm',
  ],
  ...['/$^/', '/X|(\\d+)/', '/,/', '/(,)/', '/\\s*/', '/A/gi', '/A/i', '/(a)|b/dg', '/[ab]+?/g', '/./gv', '/^a/', '/^b/', '/b$/', '/(?!a)/', '/(?<!a)b?/'],
);
const pattern = fc.oneof(
  { weight: 4, arbitrary: literal },
  literal.map((rx) => `new Own(${rx})`),
  literal.map((rx) => `watched(${rx})`),
  literal.map((rx) => `Object.assign(${rx}, { lastIndex: 1 })`),
  literal.map((rx) => `Object.assign(${rx}, { exec: undefined })`),
  literal.map((rx) => `Object.freeze(${rx})`),
  fc.constantFrom(
    `'a'`,
    `'b'`,
    `''`,
    `','`,
    `'('`,
    `'[a'`,
    'undefined',
    'null',
    '5',
    '{}',
    `said('pattern', 'a')`,
    `['b']`,
    `{ [Symbol.match]: false, toString: () => 'b' }`,
    `{ [Symbol.match]: 5 }`,
  ),
  fc.constantFrom(`{ [Symbol.replace]: (...args) => args, [Symbol.split]: (...args) => args, [Symbol.match]: (...args) => args, [Symbol.search]: () => 3 }`),
);
const fake = fc.constantFrom(
  `watched(answering('', found('b', 'x')))`,
  `watched(answering('g', found('b', 'x'), Object.assign(found(''), { index: 2 })))`,
  `watched(answering('gu', Object.assign(found('a', undefined, 5), { index: -3, groups: { x: 7 } })))`,
  `watched(answering('', Object.assign(found('a'), { index: 1e9, groups: null })))`,
  `watched(answering('', Object.assign(found('a'), { groups: 'text' })))`,
  `answering('', 5)`,
  `watched({ flags: 'gy', lastIndex: 0, constructor: { [Symbol.species]: function (rx, flags) { log.push(flags); return answering(flags, null, found('X', 'y')); } }, exec: () => null })`,
  `watched({ flags: 'g', lastIndex: 2, source: 'a', [Symbol.match]: true, exec: () => null, constructor: undefined })`,
  `watched({ flags: said('flags', 'g'), lastIndex: 2, source: 'a', exec: () => null, constructor: 5 })`,
  '5',
  'undefined',
  '/a/g',
  '/b/',
  'new Own("b", "g")',
);
const by = fc.constantFrom(
  ...[
    `''`,
    `'-'`,
    `'$1'`,
    `'$&$&'`,
    `'$\`|$\\''`,
    `'$$'`,
    `'$<x>'`,
    `'$<x'`,
    `'$<y>$<toString>'`,
    `'$10$01$00$0'`,
    `'$2$'`,
    `'$'`,
    `'$a'`,
    `'$3'`,
    `'$12'`,
    'undefined',
    'null',
    '5',
    `said('by', '[$&]')`,
    `'-'.repeat(9000)`,
    `'$1$&'.repeat(3000)`,
  ],
  ...[
    '(...args) => (log.push(args.length + String(args.slice(0, -1))), args[0] + 1)',
    '() => said("answer", "$1")',
    '() => { throw new RangeError(); }',
    '() => {}',
  ],
);
const limit = fc.constantFrom('undefined', '0', '1', '2', '-1', '2 ** 32 + 1', 'NaN', `said('limit', '3')`);

it.each(['replace', 'replaceAll'])('%s of texts does what the engine does', (name) => {
  fc.assert(
    fc.property(text, pattern, by, (self, wanted, replacement) => {
      // A long template for each of thousands of matches tells nothing more.
      fc.pre(!(self.includes('5000') && replacement.includes('000')));
      same(`outcome(${wanted}, (pattern) => ${self}.${name}(pattern, ${replacement}))`);
    }),
    { numRuns: runs(250) },
  );
});

it.each(['match', 'matchAll', 'search'])('%s of texts does what the engine does', (name) => {
  const spread = name === 'matchAll' ? (code: string) => `[...${code}]` : (code: string) => code;
  fc.assert(
    fc.property(text, pattern, (self, wanted) => same(`outcome(${wanted}, (pattern) => ${spread(`${self}.${name}(pattern)`)})`)),
    { numRuns: runs(100) },
  );
});

it('split of texts does what the engine does', () => {
  fc.assert(
    fc.property(text, pattern, limit, (self, wanted, most) => same(`outcome(${wanted}, (pattern) => ${self}.split(pattern, ${most}))`)),
    { numRuns: runs(250) },
  );
});

it.each(['replace', 'match', 'matchAll', 'split', 'search'])('@@%s of whatever it is called on does what the engine does', (name) => {
  fc.assert(
    fc.property(fake, text, by, limit, (self, string, replacement, most) => {
      const code = `Reflect.apply(RegExp.prototype[Symbol.${name}], pattern, [said('string', ${string}), ${name === 'split' ? most : replacement}])`;
      same(`outcome(${self}, (pattern) => ${name === 'matchAll' ? `[...${code}]` : code})`);
    }),
    { numRuns: runs(100) },
  );
});

it('the constructor does what that of the engine does', () => {
  const flags = fc.constantFrom('undefined', `''`, `'g'`, `'gg'`, `'x'`, `'iu'`, 'null', `said('flags', 'y')`);
  const how = fc.constantFrom('new RegExp', 'RegExp', 'new Own', 'new (class extends RegExp {})');
  const odd = fc.constantFrom(
    `watched({ [Symbol.match]: true, source: 'a', flags: 'g' })`,
    `watched({ source: 'a' })`,
    `watched({ [Symbol.match]: 1, source: 'a', flags: 'g', constructor: RegExp })`,
    `watched(/a/g)`,
  );
  fc.assert(
    fc.property(how, fc.oneof(pattern, odd), flags, (made, of, given) =>
      same(
        `outcome(${of}, (pattern) => { const made = ${made}(pattern, ${given}); return [made, made === pattern, Object.getPrototypeOf(made) === RegExp.prototype]; })`,
      ),
    ),
    { numRuns: runs(250) },
  );
});

it.each(['padStart', 'padEnd', 'repeat', 'normalize', 'toUpperCase', 'toLowerCase', 'at', 'toWellFormed'])('%s of texts does what the engine does', (name) => {
  const argument = fc.constantFrom('undefined', '0', '3', '-1', '9000', '2.7', 'NaN', `said('n', '5')`, `'NFD'`, `'ab'`, 'null', 'Symbol.iterator', '1n');
  fc.assert(
    fc.property(
      fc.oneof(text, fc.constantFrom('undefined', 'null', '5', `said('self', 'abc')`, 'Symbol.iterator')),
      fc.array(argument, { maxLength: 3 }),
      (self, args) => same(`outcome(null, () => Reflect.apply(String.prototype.${name} ?? (() => 0), ${self}, [${args.join()}]))`),
    ),
    { numRuns: runs(33) },
  );
});

it('the functions of Object, Reflect and JSON do what those of the engine do', () => {
  const of = fc.constantFrom(
    ...[
      "'ab'",
      'Object("ab")',
      '{ b: 1, a: 2, 1: 3 }',
      '[1, , 2]',
      'new Uint8Array(3)',
      'null',
      'undefined',
      '5',
      'Symbol.iterator',
      '() => 1',
      'Object.freeze({ a: 1 })',
      'Object.freeze(Object("ab"))',
      'Object.seal([1])',
    ],
    ...[
      'watched({ a: 1, b: 2 })',
      '{ a: { value: 1, enumerable: true }, b: { get: () => 2 } }',
      '{ a: 5 }',
      `said('text', '{"a":[1,"x",{}]}')`,
      `'[1,{"b":null}]'`,
      `'{'`,
      '{ toJSON: () => 7 }',
      '1n',
      'new Proxy({}, { ownKeys() { throw new RangeError(); } })',
    ],
  );
  const name = fc.constantFrom(
    ...[
      'keys',
      'values',
      'entries',
      'getOwnPropertyNames',
      'getOwnPropertyDescriptors',
      'assign',
      'create',
      'defineProperties',
      'isFrozen',
      'isSealed',
      'seal',
    ].map((method) => `Object.${method}`),
    ...['Reflect.ownKeys', 'JSON.parse', 'JSON.stringify'],
  );
  fc.assert(
    fc.property(name, fc.array(of, { maxLength: 3 }), (method, args) =>
      same(`outcome(null, () => { const args = [${args.join(', ')}]; return [${method}(...args), args]; })`),
    ),
    { numRuns: runs(600) },
  );
});

it.each(['String.prototype', 'String', 'RegExp.prototype', 'RegExp', 'Object', 'Reflect', 'JSON'])(
  'the names, lengths, attributes and texts of %s are those of the engine',
  (holder) => {
    same(`JSON.stringify(Reflect.ownKeys(${holder}).map((key) => {
    const { value, get, ...attributes } = Object.getOwnPropertyDescriptor(${holder}, key);
    const of = (made) => typeof made === 'function' ? [made.name, made.length, Reflect.ownKeys(made).map(String), String(made).replace(/\\s+/g, ' '), 'prototype' in made] : typeof made;
    return [String(key), of(value), of(get), attributes];
  }))`);
  },
);
