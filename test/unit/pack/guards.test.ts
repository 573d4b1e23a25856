import { describe, expect, it } from 'vitest';
import { run } from './support/pack-and-run.js';

const SPIN = '(() => { for (;;); })()';

/** Each tries to live on after a panic; `escaped` says that code ran which must not. */
const SWALLOWING: readonly (readonly [string, string])[] = [
  ['catch with a name', `try { ${SPIN} } catch (e) { return "escaped" }`],
  ['catch without a name', `try { ${SPIN} } catch { return "escaped" }`],
  ['a pattern after catch', `let x = 0; try { ${SPIN} } catch ({ message = x = 1 }) { x = 2 } return "escaped" + x;`],
  ['a pattern with a computed key', `const f = () => { throw "escaped" }; try { ${SPIN} } catch ({ [f()]: x }) { } return "escaped";`],
  ['finally with return', `try { ${SPIN} } finally { return "escaped" }`],
  ['finally with continue', `while (1) try { ${SPIN} } finally { continue }`],
  ['finally with break', `while (1) try { ${SPIN} } finally { break } return "escaped"`],
  ['catch within catch', `try { try { ${SPIN} } catch { return 1 } } catch { return "escaped" }`],
  ['a disposer', `try { using x = { [Symbol.dispose]() { throw 1 } }; ${SPIN} } catch { return "escaped" }`],
  [
    'the return of an iterator',
    `const it = { [Symbol.iterator]() { return this }, next() { return { value: 1, done: false } }, return() { for (;;); } }; try { for (const x of it) ${SPIN} } catch { return "escaped" }`,
  ],
  ['a promise executor, at the next checkpoint', `new Promise(() => ${SPIN}); const f = () => 1; f(); return "escaped"`],
  ['an async function, at the next checkpoint', `(async () => ${SPIN})(); const f = () => 1; f(); return "escaped"`],
  ['a labelled continue out of finally', `let n = 0; a: while (n++ < 3) { for (;;) try { ${SPIN} } finally { continue a } } return "escaped"`],
  ['the finally of a promise', `return Promise.resolve().then(() => ${SPIN}).finally(() => 1).then(() => "escaped", () => "escaped")`],
  [
    'a generator that is told to return',
    `const g = (function* () { try { yield 1 } finally { ${SPIN} } })(); g.next(); try { g.return(2) } catch { return "escaped" }`,
  ],
  [
    'a delegate of yield*',
    `const inner = function* () { yield 1; ${SPIN} }; const outer = function* () { try { yield* inner() } catch { yield "escaped" } }; return [...outer()].join()`,
  ],
  [
    'for await',
    `return (async () => { const it = { [Symbol.asyncIterator]() { return this }, async next() { ${SPIN} } }; try { for await (const x of it); } catch { return "escaped" } })()`,
  ],
  [
    'a default of a pattern that closes its iterator',
    `const it = { [Symbol.iterator]() { return this }, next() { return { done: false } }, return() { return {} } }; try { const [a = ${SPIN}] = it; } catch { return "escaped" }`,
  ],
  ['a getter that a static block asks', `class A { static get x() { ${SPIN} } static { try { A.x } catch { A.y = 1 } } } return "escaped" + A.y`],
  ['the catch of a promise', `return Promise.resolve().then(() => ${SPIN}).catch(() => "escaped")`],
];

describe('a panic', () => {
  it.each(SWALLOWING)('is not swallowed by %s', async (_title, body) => {
    const answer = await run(body, { quantum: 100, panicAfter: 5 });
    expect(answer.panicked).toBe(true);
    expect(answer.value).toBeUndefined();
    expect(answer.error?.message).toBe('out of fuel');
  });
});

describe('guards', () => {
  it('leave handlers as they were where nothing panics', async () => {
    const answer = await run(
      [
        'const out = [];',
        'try { throw { a: 1, c: [2] } } catch ({ a, b = 5, c: [d], ...rest }) { out.push(a, b, d, rest); var hoisted = () => a; }',
        'try { throw 3 } catch (e) { e += 1; out.push(e) } finally { out.push("f") }',
        'try { throw 4 } catch { out.push("n") }',
        'try { null.x } catch ({ name: n }) { { let n = 1; out.push(n) } out.push(n) }',
        'try { throw [7] } catch ([x]) { out.push(x) }',
        'out.push(hoisted(), (() => { try { return 1 } finally { out.push("late") } })());',
        'return out;',
      ].join('\n'),
    );
    expect(answer.value).toEqual([1, 5, 2, {}, 4, 'f', 'n', 1, 'TypeError', 7, 'late', 1, 1]);
    expect(answer.counts.caught).toBe(5);
    expect(answer.counts.finally).toBe(2);
  });
});
