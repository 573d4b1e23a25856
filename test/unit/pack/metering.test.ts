import { describe, expect, it } from 'vitest';
import { run } from './support/pack-and-run.js';

/** Each never ends by itself; without its checkpoint the thread would have to be killed. */
const ENDLESS: readonly (readonly [string, string])[] = [
  ['for without a condition', 'for (;;);'],
  ['while', 'while (true) {}'],
  ['do with a statement of its own', 'let i = 0; do i++; while (true);'],
  ['for in a label, continued', 'a: for (;;) { for (;;) continue a; }'],
  ['for of over an endless built-in', 'const m = new Map([[0, 0]]); for (const [k] of m) { m.delete(k); m.set(k + 1, 0); }'],
  ['for in and while in one line', 'for (const k in { a: 1 }) while (k) ;'],
  ['recursion through a generator', 'function* g() { yield* g(); } for (let i = 0; ; i++) try { [...g()]; } catch {}'],
  ['exponential retries of a stack overflow', '(function f() { try { f(); } catch { f(); } })();'],
  ['arrow functions with expression bodies', 'const f = (n) => n === 0 ? 0 : f(n - 1) + f(n - 1); f(60);'],
  ['getters', 'const o = (n) => ({ get x() { return n === 0 ? 0 : o(n - 1).x + o(n - 1).x } }); o(60).x;'],
  ['field initialisers alone', 'let n = 0; class A { a = n++ < 60 ? new A() : n--; b = n++ < 60 ? new A() : n--; c = n--; } new A();'],
  ['default values', 'const f = (n, a = n > 0 ? f(n - 1) : 0, b = n > 0 ? f(n - 1) : 0) => 0; f(60);'],
  ['a built-in that calls back', 'Array.from({ length: 2 ** 31 }, () => 0);'],
  ['a comparator', '[3, 2, 1].sort(() => { for (;;); });'],
  ['a static block', 'class A { static { for (;;); } }'],
  ['an async function that never suspends', 'void (async () => { for (;;); })(); for (;;);'],
];

describe('metering', () => {
  it.each(ENDLESS)('ends %s', async (_title, body) => {
    const answer = await run(body, { quantum: 1000, panicAfter: 20 });
    expect(answer.panicked).toBe(true);
    expect(answer.error?.message).toBe('out of fuel');
  });

  it('counts what a chain of awaits does', async () => {
    const answer = await run('return (async () => { for (;;) await 0; })();', { quantum: 100, panicAfter: 20 });
    expect(answer.panicked).toBe(true);
  });

  it.each([
    ['functions', 'function f() {} for (const _ of [1, 2, 3]) f();', 1 + 3 + 3],
    ['methods, getters and constructors', 'class A { constructor() {} m() {} get g() { return 1 } } const a = new A(); a.m(); a.g;', 1 + 3],
    ['derived constructors, before super', 'class A {} class B extends A { constructor() { super(); } } new B();', 1 + 1],
    ['expression arrows over several lines', 'const f = () =>\n  /* why */ (\n    1\n  ); f(); f();', 1 + 2],
    ['a generator at its start and wherever it is resumed', 'function* g() { yield 1; yield 2; } [...g()];', 1 + 1 + 2],
    ['an async function at its start and after each await', 'const f = async () => { await 1; await 2; }; return f();', 1 + 1 + 2],
    ['a field initialiser that calls', 'const f = () => 1; class A { x = f(); y = 2 } new A();', 1 + 1 + 1],
    ['a default value that calls', 'const f = () => 1; const g = (a = f()) => a; g(); g(5);', 1 + 2 + 1 + 1],
    ['a computed key of a parameter', 'const f = () => "k"; const g = ({ [f()]: a }) => a; g({ k: 1 });', 1 + 1 + 1 + 1],
    ['a static block', 'class A { static { } }', 1 + 1],
  ])('counts %s', async (_title, body, expected) => {
    // With a quantum of nothing, every count reaches the checkpoint.
    const answer = await run(body, { quantum: 0 });
    expect(answer.error).toBeUndefined();
    expect(answer.counts.checkpoints).toBe(expected);
  });

  it('changes no result, name or length', async () => {
    const answer = await run(
      [
        'const f = (a, b = 1) => ({ a, b }); class A { static s = () => 1; x = class {}; #p = 4; get p() { return this.#p } }',
        'const o = { m(a) { return a }, get g() { return 1 }, async *ag() { yield 1 } };',
        'let t = 0; outer: for (let i = 0; i < 3; i++) for (const j of [1, 2]) { if (j === 2) continue outer; if (i === 2) break outer; t += j; }',
        'const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i);',
        'return [f(1), f.name, f.length, A.s.name, new A().x.name, new A().p, o.m.name, o.m.length, t, fs.map((g) => g()), typeof o.ag];',
      ].join('\n'),
    );
    expect(answer.value).toEqual([{ a: 1, b: 1 }, 'f', 1, 's', 'x', 4, 'm', 1, 2, [0, 1, 2], 'function']);
  });
});
