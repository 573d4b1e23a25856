import { describe, expect, it } from 'vitest';
import { findCallGraph } from '../../../dist/pack/weaving/call-graph.js';
import { findNames } from '../../../dist/pack/weaving/free-names.js';
import { parseBundle } from '../../../dist/pack/weaving/syntax-tree.js';
import { run } from './support/pack-and-run.js';

/** What the call graph finds in a script: how many functions are counted, and the longest chain of the others. */
function graphOf(code: string): { counted: number; longest: number } {
  const { program } = parseBundle(code);
  const { counted, longestUncounted } = findCallGraph(program, findNames(program));
  return { counted: counted.size, longest: longestUncounted };
}

describe('the call graph', () => {
  it.each([
    ['functions that call each other in a row', 'function a() {} function b() { a(); } const c = () => b(); c();', 0, 3],
    ['a function that calls itself', 'function f(n) { return n && f(n - 1); } f(9);', 1, 0],
    ['a cycle of two, met once', 'function f() { g(); } function g() { f(); } f();', 1, 1],
    ['a callback that calls nothing', '[1].map((n) => n + 1);', 0, 1],
    ['a callback that calls Math and strings', '[1].map((n) => Math.max(n, "a".charCodeAt(0)));', 0, 1],
    ['a callback that calls what it was given', 'export default (g) => g();', 1, 0],
    ['a callback that calls one that calls what it was given', 'const h = (g) => g(); export default (g) => h(g);', 1, 1],
    ['a method that calls a method', 'class A { m() { this.n(); } n() {} } new A().m();', 1, 1],
    ['a method of a built-in whose name the program takes', 'class A { push() {} m(x) { x.push(); } } new A().m();', 1, 1],
    ['a name that is assigned', 'let f = () => 1; f = () => f(); f();', 1, 1],
    ['a name of two scopes', 'function f() { function g() {} g(); } function g() { f(); } g();', 0, 3],
    ['an accessor that looks at something', 'const o = { get x() { return this.x; } }; o.x;', 1, 0],
    ['a function under the name of a conversion', 'const o = { toString() { return `${o}`; } }; `${o}`;', 1, 0],
    ['a function that is called where it stands', '(() => { (function () {})(); })();', 0, 2],
  ])('%s', (_title, code, counted, longest) => {
    expect(graphOf(code)).toEqual({ counted, longest });
  });

  it('is found in a chain that is as long as the program', () => {
    const code = Array.from({ length: 20_000 }, (_, n) => `function f${n}() { ${n > 0 ? `f${n - 1}();` : ''} }`).join('\n');
    expect(graphOf(code)).toEqual({ counted: 0, longest: 20_000 });
  });
});

const OPEN = 'const deep = (n) => n === 0 ? 0 : 1 + deep(n - 1);';

/** Each goes 30 deep again and again and leaves in its own way: with room for 40, nothing may be left over. */
const WAYS_OUT: readonly (readonly [string, string])[] = [
  ['return', `const f = (g) => g(30); f(deep);`],
  ['a return out of a finally', `const f = (n) => { try { return n && f(n - 1); } finally { return n; } }; f(30);`],
  ['a throw', `const f = (n) => { if (n === 0) throw 1; f(n - 1); }; try { f(30) } catch {}`],
  ['a throw that a promise takes', `const f = (n) => { if (n === 0) throw 1; f(n - 1); }; new Promise(() => f(30)).catch(() => 0);`],
  ['a generator that is left open', `const g = function* (h) { yield h(20); yield 1; }; g(deep).next();`],
  ['a generator that is closed early', `const g = function* (h) { yield h(20); yield 1; }; for (const x of g(deep)) break;`],
  ['a generator that throws', `const g = function* (h) { yield h(20); throw 1; }; try { [...g(deep)] } catch {}`],
  [
    'a generator that delegates',
    `const g = function* (h) { yield h(20); yield; }; const d = function* (h) { yield* g(h); }; const o = d(deep); o.next(); o.next();`,
  ],
  ['a yield within a yield', `const g = function* (h) { const a = yield yield h(9); return a; }; const o = g(deep); o.next(); o.next(); o.next();`],
  ['an async function that suspends', `(async (h) => { h(20); await 0; h(20); })(deep);`],
  ['an async function that fails', `(async (h) => { h(20); throw 1; })(deep).catch(() => 0);`],
  ['an async function that fails after an await', `(async (h) => { try { await Promise.reject(1); } catch { h(20); } finally { h(20); } })(deep);`],
  ['an async generator', `(async (h) => { for await (const x of (async function* () { yield h(9); return h(9); })()) h(x); })(deep);`],
  ['a derived constructor', `class A { constructor(h) { h(20); } } class B extends A { constructor(h) { super(h); if (h(1) !== 1) throw 0; } } new B(deep);`],
  ['a labelled continue out of a finally', `const f = (h) => { a: for (let i = 0; i < 2; i++) { try { h(9); throw 1; } finally { continue a; } } }; f(deep);`],
];

describe('a counted frame', () => {
  it.each(WAYS_OUT)('is put back after %s', async (_title, body) => {
    const answer = await run(
      `${OPEN} for (let i = 0; i < 200; i++) { ${body} } return (async () => { for (let i = 0; i < 9; i++) await 0; return deep(30); })();`,
      { depth: 40 },
    );
    expect(answer.error).toBeUndefined();
    expect(answer.value).toBe(30);
  });

  it.each([
    ['functions', 'const f = (n) => f(n + 1); f(0);'],
    ['methods', 'class A { m() { this.m(); } } new A().m();'],
    ['accessors', 'const o = { get x() { return this.x; } }; o.x;'],
    ['handlers that try again', 'const f = () => { try { f(); } catch { f(); } }; f();'],
    ['finalizers that try again', 'const f = () => { try { return f(); } finally { f(); } }; f();'],
    ['generators', 'const g = function* () { for (const x of g()) yield x; }; [...g()];'],
    ['async functions', 'const f = async () => { await f(); }; return f();'],
    ['constructors', 'class A { constructor() { this.a = new A(); } } new A();'],
  ])('ends recursion through %s at the limit', async (_title, body) => {
    const answer = await run(body, { depth: 40, quantum: 1000, panicAfter: 1000 });
    expect(answer.panicked).toBe(true);
    expect(answer.error?.message).toBe('too deep');
  });
});

it('a finalizer that dives again near the end of the stack ends with the first overflow', async () => {
  const answer = await run('const f = () => { try { return f(); } finally { f(); } }; f();', { quantum: 20_000, panicAfter: 100, judges: true });
  expect(answer.panicked).toBe(true);
  expect(answer.error?.message).toBe('stack overflow');
});
