import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { boot, type LoadOptions } from 'deciduous';
import { describe, expect, it } from 'vitest';
import { power } from '../../dist/domains/builtins/power.js';
import { leafOf } from '../semantics/lab.js';
import { DECISIONS } from './intrinsic-decisions.js';

describe('the deterministic profile', () => {
  it('leaves nothing of the language that some version of Node lacks', () => {
    const walk = new URL('./intrinsics-walk.mjs', import.meta.url).href;
    const start = `new (require('node:worker_threads').Worker)(new URL('${walk}'), { workerData: { profile: 'deterministic' } })`;
    const found = JSON.parse(execFileSync(process.execPath, ['-e', start], { encoding: 'utf8' })) as { [holder: string]: string[] };
    const sometimes = new Set(
      Object.entries(DECISIONS).flatMap(([holder, decisions]) =>
        Object.values(decisions)
          .flatMap((keys) => keys.split(' '))
          .filter((key) => key.endsWith('?'))
          .map((key) => `${holder}: ${key.slice(0, -1)}`),
      ),
    );
    const reachable = Object.entries(found).flatMap(([holder, keys]) => keys.map((key) => `${holder}: ${key}`));
    expect(reachable.length).toBeGreaterThan(600);
    // Where no global Iterator leads to it, the prototype of iterators is found another way.
    expect(reachable.filter((key) => sometimes.has(key) && !key.startsWith('[[prototype]]'))).toEqual([]);
    // The same names on every version, in whatever order.
    expect(createHash('sha256').update(reachable.sort().join()).digest('hex').slice(0, 16)).toBe('9434a12fe3c098a0');
  });

  it('grants time and chance as they were given or by default, and nothing that goes by a clock', async () => {
    await using kernel = await boot({ spares: 0 });
    const load = async (options: LoadOptions) => kernel.load(await leafOf('adder.ts'), { name: 'adder', ...options });
    const granted = async () => (await kernel.stats()).domains[0].globals;
    await using plain = await load({ globals: { clock: true, random: true, text: true } });
    expect(await granted()).not.toHaveProperty('profile');
    await plain.unload();
    await using fixed = await load({ profile: 'deterministic', globals: { clock: true, random: { seed: 5 }, text: true } });
    expect(await granted()).toEqual({
      profile: 'deterministic',
      clock: { fixed: 0, stepMs: 1 },
      random: { seed: 5 },
      text: { bytesPerSecond: 2 ** 40 },
      console: true,
      timers: false,
    });
    await fixed.unload();
    const refused: [LoadOptions, RegExp][] = [
      [{ profile: 'exact' as never }, /profile must be 'deterministic' or left out, not 'exact'/],
      [{ profile: 'deterministic', globals: { clock: { resolutionMs: 1 } } }, /globals.clock takes \{ fixed, stepMs \}, and no 'resolutionMs'/],
      [{ profile: 'deterministic', globals: { random: { bytesPerSecond: 1 } } }, /globals.random takes \{ seed \}, and no 'bytesPerSecond'/],
      [{ profile: 'deterministic', globals: { timers: true } }, /globals.timers must be false with the deterministic profile/],
    ];
    for (const [options, why] of refused) await expect(load(options)).rejects.toThrow(why);
  });
});

describe('power', () => {
  const ODD = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e300, -1e300, 5e-324, 1e-310, 2 ** 53, 1 - 2 ** -53, 1 + 2 ** -52, 1.7976931348623157e308];
  const ODDER = [...ODD, Number.NaN, Infinity, -Infinity, 1074, -1074, -1075, -1073.5, 1023.9, 709.78];

  it('is what the language says where it says it, and elsewhere within two of the last places of what V8 has', () => {
    for (const x of ODDER)
      for (const y of ODDER) {
        const [ours, theirs] = [power(x, y), x ** y];
        const isNear = Math.abs(ours - theirs) <= Math.max(Math.abs(theirs) * 2 ** -51, 5e-324);
        expect(Object.is(ours, theirs) || isNear, `${x} ** ${y}: ${ours} for ${theirs}`).toBe(true);
      }
  });

  it('is the nearest double of what can be written down', () => {
    for (let exponent = -323; exponent <= 308; exponent++) expect(power(10, exponent)).toBe(Number(`1e${exponent}`));
    for (let base = 1; base < 40; base++)
      for (let exponent = 0; exponent < 10; exponent++) expect(power(base, exponent)).toBe(Number(BigInt(base) ** BigInt(exponent)));
    for (let exponent = -1074, exact = 5e-324; exponent < 1024; exponent++, exact *= 2) expect(power(2, exponent)).toBe(exact);
  });

  it('is the same on every version of Node, bit by bit', () => {
    const results = new Float64Array(20_000);
    let state = 7;
    const draw = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
    for (let n = 0; n < results.length; n++) results[n] = power(draw() * 100, (draw() - 0.5) * 40);
    expect(createHash('sha256').update(new Uint8Array(results.buffer)).digest('hex').slice(0, 16)).toBe('c87b749dc28f506d');
  });
});
