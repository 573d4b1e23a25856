import { describe, expect, it } from 'vitest';
import { run } from './support/pack-and-run.js';

const endowments = ['setCall'];
const other = 'const other = async () => { setCall("other"); };';

describe('the current call', () => {
  it.each([
    ['an await', `setCall("mine"); const f = async () => { await other(); return getCall(); }; return f();`],
    [
      'an await that fails, in catch',
      `setCall("mine"); const f = async () => { try { await other().then(() => { throw 1 }); } catch { return getCall(); } }; return f();`,
    ],
    [
      'an await that fails, in a pattern',
      `setCall("mine"); const f = async () => { try { await other().then(() => { throw {} }); } catch ({ x = getCall() }) { return x; } }; return f();`,
    ],
    [
      'an await that fails, in finally',
      `setCall("mine"); let seen; const f = async () => { try { await other().then(() => { throw 1 }); } finally { seen = getCall(); } }; await f().catch(() => {}); return seen;`,
    ],
    [
      'for await',
      `setCall("mine"); async function* g() { yield 1; } const f = async () => { for await (const x of g()) { await other(); } return getCall(); }; return f();`,
    ],
    [
      'the hidden awaits of for await',
      `setCall("mine"); let n = 0; const steps = { [Symbol.asyncIterator]() { return this; }, async next() { await null; setCall("other"); return { value: 1, done: n++ > 0 }; } }; const f = async () => { const seen = []; for await (const x of steps) seen.push(getCall()); seen.push(getCall()); return seen.every((call) => call === "mine") ? "mine" : seen; }; return f();`,
    ],
    ['an arrow without a block', `setCall("mine"); const f = async () => [await other(), getCall()][1]; return f();`],
    [
      'a yield in an async generator',
      `setCall("mine"); async function* g() { yield await other(); yield getCall(); } const it = g(); await it.next(); return (await it.next()).value;`,
    ],
    [
      'await using',
      `setCall("mine"); const f = async () => { { await using x = { async [Symbol.asyncDispose]() { setCall("other") } }; } return getCall(); }; return f();`,
    ],
  ])('is what it was after %s', async (_title, body) => {
    const answer = await run(`${other} return (async () => { ${body} })();`, { endowments });
    expect(answer.error).toBeUndefined();
    expect(answer.value).toBe('mine');
  });

  it('costs nothing in functions that do not suspend', async () => {
    const answer = await run('const f = () => 1; const g = async () => 2; f(); g(); return [...(function* () { yield 1; })()];');
    expect(answer.counts.asked).toBe(0);
  });
});
