import { describe, expect, it } from 'vitest';
import { run } from './support/pack-and-run.js';

describe('globals', () => {
  it('that are missing are undefined to typeof and throw a ReferenceError when used', async () => {
    const answer = await run(
      'const f = (g) => { try { return g() } catch (e) { return e.name + ": " + e.message } }; return [typeof window, typeof process, f(() => window), f(() => setTimeout(1)), f(() => ({ Buffer })), f(() => new WebAssembly.Module())];',
    );
    const missing = (name: string): string => `ReferenceError: ${name} is not defined`;
    expect(answer.value).toEqual(['undefined', 'undefined', missing('window'), missing('setTimeout'), missing('Buffer'), missing('WebAssembly')]);
  });

  it('are found though they appear after the start', async () => {
    const answer = await run('globalThis.late = 4; return [typeof late, late, { late }];', { head: 'declare const late: number;' });
    expect(answer.value).toEqual(['number', 4, { late: 4 }]);
  });

  it('cannot be made by assigning to a name that nobody declared', async () => {
    const answer = await run('try { nobody = 1 } catch (e) { return e.name }', { head: 'declare let nobody: number;' });
    expect(answer.value).toBe('ReferenceError');
  });

  it('have other names that libraries look for', async () => {
    const answer = await run(
      'const viaFunction = Function("return this")(); const viaNew = new Function("return this")(); return [global === globalThis, self === globalThis, viaFunction === globalThis, viaNew === globalThis, typeof window];',
    );
    expect(answer.value).toEqual([true, true, true, true, 'undefined']);
  });

  it('may be declared by the extension itself', async () => {
    const answer = await run('return [Math, globalThis, self, typeof String(1)];', {
      head: 'const Math = 1, globalThis = 2; var self = 3;',
    });
    expect(answer.value).toEqual([1, 2, 3, 'string']);
  });

  it('are read once, when the extension starts, and not through the scope proxy at each use', async () => {
    const answer = await run(
      'const { max } = Math; globalThis.Math = { max: () => "replaced" }; return [Math.max(1, 2), Math.max === max, globalThis.Math.max()];',
    );
    expect(answer.value).toEqual([2, true, 'replaced']);
  });

  it('let a constructor be assigned over one that is inherited frozen', async () => {
    const answer = await run(
      'function E() {} E.prototype = new RangeError(); E.prototype.constructor = E; const o = {}; const v = (o.constructor = 5); return [new E().constructor === E, o.constructor, v];',
    );
    expect(answer.value).toEqual([true, 5, 5]);
  });
});
