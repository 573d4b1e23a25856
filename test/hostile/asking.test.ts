/** The same attacks as arguments: a domain asks its victim and the host, and the host makes every mistake that there is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Any } from '../fixtures/extensions/answers/any.js';
import type { Attack } from '../fixtures/extensions/answers/attack.js';
import { attacksOn } from '../fixtures/extensions/answers/attacks.js';
import { CONSTRUCTS, LENT } from '../fixtures/extensions/answers/constructs.js';
import { show } from '../fixtures/extensions/answers/show.js';
import { Drain } from '../fixtures/extensions/generated/answers.js';
import { valueOf } from '../semantics/lab.js';
import { HostWorld, Liars } from './liars.js';

/** What may be asked with: no argument is nothing, and a Result of nothing is a result alone. */
const ASKED = [...CONSTRUCTS.filter(({ name }) => name !== 'nothing' && name !== 'done'), LENT];

function due({ expected }: Attack): string {
  if ('shown' in expected) return expected.shown;
  return 'code' in expected ? `${expected.code}, not started, blame: caller` : 'an exception';
}

function told(outcome: Any): string {
  if (outcome.throws === true) return 'an exception';
  if (outcome.shown !== undefined) return outcome.shown;
  return `${outcome.code}, ${outcome.started === true ? 'started' : 'not started'}, blame: ${outcome.blame}`;
}

describe.each(['fast', 'paranoid'] as const)('who asks with lies, with checks: %s', (checks) => {
  let liars: Liars;
  beforeAll(async () => {
    liars = await Liars.gather(checks);
  });
  afterAll(() => liars[Symbol.asyncDispose]());

  it.each(ASKED.flatMap((construct) => [false, true].map((host) => ({ construct, host, whom: host ? 'the host' : 'another domain' }))))(
    'a domain that asks $whom for $construct.name: only values of the type arrive, and it is told whose fault the others are',
    async ({ construct, host }) => {
      valueOf(liars.liar.keep(liars.lent));
      const outcomes = JSON.parse(valueOf(await liars.liar.async.ask(construct.name, host))) as Any[];
      const attacks = attacksOn(construct, false);
      const wrong = attacks.flatMap((attack, index) =>
        told(outcomes[index]) === due(attack) ? [] : [`${attack.name}: ${told(outcomes[index])}, not ${due(attack)}`],
      );
      expect(outcomes).toHaveLength(attacks.length);
      expect(wrong).toEqual([]);
      await liars.nothingIsLeft();
      expect(liars.crashes).toEqual([]);
    },
  );

  it.each(ASKED)('a host that asks for $name: it is told like anybody else, and nothing is corrupted', async (construct) => {
    const world = new HostWorld(liars);
    const wrong: string[] = [];
    for (const attack of attacksOn(construct, false)) {
      let outcome: string;
      try {
        const result = liars.takes[construct.name](attack.make(world));
        outcome = result.ok ? result.value : told(result.error);
      } catch {
        outcome = 'an exception';
      }
      // A host has room for what the quota of the victim has not.
      const expected = due(attack).startsWith('ResourceExhausted') ? /^ResourceExhausted, not started/ : due(attack);
      if (typeof expected === 'string' ? outcome !== expected : !expected.test(outcome)) wrong.push(`${attack.name}: ${outcome}, not ${String(expected)}`);
      world.tidy();
    }
    expect(wrong).toEqual([]);
    await liars.nothingIsLeft();
  });

  it('a surplus argument is an answer, not an exception: like any other argument that is not of its type', async () => {
    const refused = { code: 'InvalidType', started: false, blame: 'caller' };
    expect(liars.takes.byte(1, 2)).toMatchObject({ ok: false, error: { ...refused, expected: '1 arguments', actual: '2' } });
    expect(await liars.takes.async.byte(1, {}, 3)).toMatchObject({ ok: false, error: refused });
    expect(JSON.parse(valueOf(await liars.liar.async.surplus()))).toEqual([refused, refused]);
  });

  it('a method of one interface is applied to no proxy of another: it would write arguments that are read as other types', async () => {
    expect(JSON.parse(valueOf(await liars.liar.async.confuse()))).toEqual([]);
    await liars.nothingIsLeft();
    expect(liars.crashes).toEqual([]);
  });

  it('a method of a proxy or of bytes that is applied to anything else says so', () => {
    const { takes, lent, kernel } = liars;
    const bytes = lent.bytesOf('text') as Any;
    const length = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(bytes), 'length')?.get as () => unknown;
    for (const impostor of [undefined, null, 5, 'text', {}, () => 1, Object.create(bytes), new Proxy(bytes, {}), new Proxy(takes, {}), Object.create(takes)]) {
      for (const act of [
        () => takes.byte.call(impostor, 1),
        () => takes.drop.call(impostor),
        () => length.call(impostor),
        ...['toUint8Array', 'text', 'copyTo', 'set', 'at', 'indexOf', 'equals', 'compare', 'slice'].map(
          (name) => () => bytes[name].call(impostor, new Uint8Array(1)),
        ),
      ]) {
        expect(act).toThrow(expect.objectContaining({ name: 'InvalidType' }));
      }
    }
    // A proxy of another interface has other methods, and its own are not these.
    expect(() => takes.byte.call(kernel.provide(Drain, { put: (value: number) => value, close() {} }), 1)).toThrow(
      expect.objectContaining({ name: 'InvalidType' }),
    );
    expect(show(lent)).toBe('Leaf(1 "leaf" null)');
  });
});
