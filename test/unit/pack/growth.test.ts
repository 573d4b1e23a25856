import { describe, expect, it } from 'vitest';
import { run, pack } from './support/pack-and-run.js';

/** Each makes one text of 9,000 characters, wherever it stands. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['a + b', 'return (a + b).length;'],
  ['a + b + c, once', 'return (a + "x" + b).length;'],
  ['text in brackets, once', 'return (a + (b + "x")).length;'],
  ['text and a number', 'const long = "x".repeat(9000); return (long + 1).length;'],
  ['x += y', 'let x = a; x += b; return x.length;'],
  ['x += y + z, once', 'let x = a; x += b + "x"; return x.length;'],
  ['x += y as a value', 'let x = a; return (x += b).length;'],
  ['a member', 'const o = { p: a }; o.p += b; return o.p.length;'],
  ['a computed member', 'const o = { p: a }; o[["p"][0]] += b; return o.p.length;'],
  ['a private member', 'class A { #p = a; grow() { this.#p += b; return this.#p.length; } } return new A().grow();'],
  ['a template', 'return `${a}${b}`.length;'],
  ['a template in a template, once', 'return `${`${a}${b}`}x`.length;'],
  ['what a tag is given', 'const tag = (_, text) => text.length; return tag`${a + b}`;'],
  ['an arrow function', 'return (() => a + b)().length;'],
  ['a default value', 'return ((text = a + b) => text.length)();'],
  ['a computed key of a parameter', 'return (({ [a + b]: x = 1 }) => x)({});'],
  ['a field', 'class A { text = a + b; } return new A().text.length;'],
  ['a static block', 'let text; class A { static { text = a + b; } } return text.length;'],
  ['a key of a class', 'class A { [a + b]() {} } return 1;'],
  ['a generator', 'function* g() { yield a + (yield); } const it = g(); it.next(); return it.next(b).value.length;'],
  ['an async function', 'return (async () => ((await a) + (await b)).length)();'],
  ['a loop of its own', 'let x = a; for (let i = 0; i < 1; x += b) i++; return x.length;'],
  ['a constructor', 'const X = { a: a }; X.constructor = a + b; return X.constructor.length;'],
  ['a name that was a number', 'let x = 0; x = a; return (x + b).length;'],
  ['a default value, where the body has a number of the same name', 'let s = a; return ((text = s + b) => { var s = 1; return text.length; })();'],
  ['what a switch is on, where its block has a number of the same name', 'let s = a; switch (s + b) { default: { } case 0: let s = 1; } return 1;'],
  ['what an object turns into', 'return (a + { toString: () => b }).length;'],
];

/** Each is a BigInt that no domain may have, or takes long to come to nothing. */
const TOO_LARGE: readonly (readonly [string, string])[] = [
  ['a shift', 'return 1n << (2n ** 29n);'],
  ['a shift to the right by less than nothing', 'return 1n >> -(2n ** 29n);'],
  ['a shift as an assignment', 'const o = { p: 1n, d: 2n ** 29n }; o.p <<= o.d;'],
  ['a shift by what an object turns into', 'return 1n << { valueOf: () => 2n ** 29n };'],
  ['a shift by written-out digits', 'return 1n << 300000n;'],
  ['a power', 'return 3n ** (2n ** 25n);'],
  ['a power of a large base', 'return (2n ** (2n ** 16n)) ** 500n;'],
  ['a power as an assignment', 'let x = 3n; x **= 2n ** 20n;'],
  ['a power of a member', 'const o = { get p() { return 3n; }, set p(v) {} }; o.p **= 2n ** 20n;'],
  ['a power of a computed member', 'const o = { p: 3n }; o[(() => "p")()] **= 2n ** 20n;'],
  ['a power of a private member', 'class A { #p = 3n; grow() { this.#p **= 2n ** 20n; } } new A().grow();'],
  ['a power of what objects turn into', 'return { valueOf: () => 3n } ** { valueOf: () => 2n ** 20n };'],
  ['squares', 'let x = 3n; for (;;) x *= x;'],
  ['squares of a member', 'const o = { p: 3n }; for (;;) o.p = o.p * o.p;'],
  ['squares below nothing', 'let x = -3n; for (;;) x *= x * x;'],
  ['a factor', 'let x = 1n; for (;;) x *= 2n ** 1000n;'],
  ['small shifts', 'let x = 1n; for (;;) x <<= 4096n;'],
  ['a field', 'class A { x = (3n ** (2n ** 16n)) ** 2n * (3n ** (2n ** 16n)); } return new A().x;'],
];

describe('text put together by operators', () => {
  it.each(TEXTS)('is counted once it is long: %s', async (_title, body) => {
    const answer = await run(`const a = 'a'.repeat(4500), b = 'b'.repeat(4500);\n${body}`);
    expect(answer.error).toBeUndefined();
    expect(answer.counts.texts.length, JSON.stringify(answer)).toBe(1);
    expect(answer.counts.texts[0]).toBeGreaterThanOrEqual(9000);
  });

  it('is not counted while it is short', async () => {
    const answer = await run('let s = ""; for (let i = 0; i < 8191; i++) s += "x"; return [s.length, `${s}`.length];');
    expect(answer).toMatchObject({ value: [8191, 8191], counts: { texts: [] } });
  });

  it('is left alone where the text of the program shows numbers alone', async () => {
    const leaf = await pack(`import { defineDomain } from 'deciduous/domain';
export default defineDomain({ run(values) {
  let sum = 0, product = 1, i;
  for (i = 0; i < 100; i++) { sum += i * 2 + Math.sqrt(i); product = (product * i) % 1009; sum = sum + (i << product) + (i > 3 ? 1 : 0.5) + values.length * 2 - values[i]; }
  const half = sum >> 1;
  return half + product + +values;
} } as never);`);
    const body = leaf.code.slice(leaf.code.indexOf('run(values)'));
    expect(body).toContain('sum += i * 2');
    expect(body).not.toContain('"string"');
    // What values hold may be BigInts, as far as anybody can tell.
    expect(body.match(/"bigint"/g) ?? []).toHaveLength(0);
  });

  it('is looked at where a name has been given anything else', async () => {
    const given = [
      'let x = 1; x = given;',
      'let x = 1; [x] = [given];',
      'let x = 1; ({ x } = { x: given });',
      'let x = 1; for (x of [given]) ;',
      'let x; ({ ...x } = given); x = String(given);',
      'var x = 1; { var x = given; }',
      'for (var x of [given]) ;',
      'let x = 1; const give = () => { x ||= 0; x &&= given; }; give();',
      'let x = null; x ??= given;',
      'let y = given, x = 1; x = (0, y);',
      'var x = 1; x = Math.constructor(given);',
      'const { x } = { x: given };',
      'let x = (() => { try { throw given; } catch (x) { return x; } })();',
    ];
    for (const each of given) {
      const answer = await run(`const given = 'g'.repeat(9000);\n${each}\nreturn (x + 1).length;`);
      expect(answer, each).toMatchObject({ value: 9001, counts: { texts: [9001] } });
    }
  });
});

describe('BigInts made by operators', () => {
  it.each(TOO_LARGE)('end where V8 would say that they are too large, only sooner: %s', async (_title, body) => {
    const answer = await run(`try { return typeof (() => { ${body} })(); } catch (error) { return [error.name, error.message]; }`);
    expect(answer.value).toEqual(['RangeError', 'Maximum BigInt size exceeded']);
  });

  it('are what they are up to 2 ** 18 bits', async () => {
    const answer = await run(`
      const most = 2n ** (2n ** 18n - 1n);
      let x = 3n; for (let i = 0; i < 17; i++) x *= x;
      let y = 1n; y <<= 2n ** 17n; y *= y >> 1n;
      const o = { p: 7n, q: 5 }; o.p **= 5000n; o.q **= 3; o.p >>= 14000n;
      return [most.toString(16).length, x % 1000007n, y === most, o.p, o.q, (-2n) ** 3n, 0n ** 0n, (-1n) ** (2n ** 40n), 2 ** -1, '3' ** '2', (-8) ** (1 / 3), 0n << 5n, -5n >> 2n ** 40n];`);
    expect(answer.value).toEqual([65536, 3n ** (2n ** 17n) % 1000007n, true, (7n ** 5000n) >> 14000n, 125, -8n, 1n, 1n, 0.5, 9, Number.NaN, 0n, -1n]);
  });

  it('written out count when they are large, and are refused beyond the bound', async () => {
    const answer = await run(`const o = { 0x${'7'.repeat(5000)}n: 1 }; return (0x${'7'.repeat(5000)}n % 10n) + BigInt(Object.keys(o).length);`);
    expect(answer).toMatchObject({ value: (BigInt(`0x${'7'.repeat(5000)}`) % 10n) + 1n, counts: { texts: [32768] } });
    await expect(pack(`export default 0x${'7'.repeat(70_000)}n;`)).rejects.toMatchObject({ code: 'PACK018', line: 1, column: 16 });
  });

  it('are counted once they are large', async () => {
    const answer = await run('let x = 2n ** 20000n; const kept = []; for (let i = 0; i < 5; i++) kept.push(x * 3n); return kept.length;');
    expect(answer.counts.texts).toEqual([32768, 32768, 32768, 32768, 32768, 32768]);
  });

  it('convert their operands once, left before right', async () => {
    const answer = await run(`
      const told = [];
      const tell = (name, value) => ({ valueOf() { told.push(name); return value; } });
      const left = tell('left', 2n), right = tell('right', 5n);
      const results = [left ** right, left << right, left >> right, left * right, left + right];
      for (const attempt of [() => Symbol() ** right, () => Symbol() << right, () => left << Symbol(), () => left ** Symbol(), () => left ** null, () => 2 << right])
        try { attempt(); } catch (error) { told.push(error.message); }
      return [results, told];`);
    const pairs = Array.from({ length: 5 }, () => ['left', 'right']).flat();
    expect(answer.value).toEqual([
      [32n, 64n, 0n, 10n, 7n],
      [
        ...pairs,
        'Cannot convert a Symbol value to a number',
        'Cannot convert a Symbol value to a number',
        ...['left', 'Cannot convert a Symbol value to a number'],
        ...['left', 'Cannot convert a Symbol value to a number'],
        ...['left', 'Cannot mix BigInt and other types, use explicit conversions'],
        ...['right', 'Cannot mix BigInt and other types, use explicit conversions'],
      ],
    ]);
  });
});
