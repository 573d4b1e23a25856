/** A domain that answers with whatever it likes, for every construct of the language. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Any } from '../fixtures/extensions/answers/any.js';
import type { Attack } from '../fixtures/extensions/answers/attack.js';
import { attacksOn, LATER, NEVER } from '../fixtures/extensions/answers/attacks.js';
import { CONSTRUCTS, MADE, type Construct } from '../fixtures/extensions/answers/constructs.js';
import { deadly } from '../fixtures/extensions/answers/deadly.js';
import { release, show } from '../fixtures/extensions/answers/show.js';
import { valueOf } from '../semantics/lab.js';
import { Liars } from './liars.js';

/** Whose reading each kind of value is. */
const ONE_OF_EACH_KIND = new Set(['point', 'pair', 'verdict', 'shape', 'sink', 'newLeaf']);

/** What must have come of an attack, as text; what did come of it, in the same words. */
function due({ expected }: Attack): string {
  if ('shown' in expected) return expected.shown;
  return 'code' in expected ? `${expected.code} of liar, started, blame: callee` : 'DomainCrashed of liar, started, blame: callee, panic';
}

function told(result: Any): string {
  if (result.ok) {
    try {
      return show(result.value);
    } finally {
      release(result.value);
    }
  }
  const { code, domain, started, blame, cause } = result.error;
  return `${code} of ${domain}, ${started ? 'started' : 'not started'}, blame: ${blame}${cause === undefined ? '' : `, ${cause}`}`;
}

describe.each(['fast', 'paranoid'] as const)('a domain that lies, with checks: %s', (checks) => {
  let liars: Liars;
  beforeAll(async () => {
    liars = await Liars.gather(checks);
  });
  afterAll(() => liars[Symbol.asyncDispose]());

  const answer = async (construct: Construct, number: number): Promise<string> => told(await liars.answers.async[construct.name](...args(construct, number)));
  const answerAtOnce = (construct: Construct, number: number): string => told(liars.answers[construct.name](...args(construct, number)));
  const args = ({ name }: Construct, number: number): Any[] => (['point', 'leaf', 'maybeLeaf', 'everything'].includes(name) ? [number, liars.lent] : [number]);

  it.each([...CONSTRUCTS, ...MADE])(
    '$name: its caller gets a value of the type or the error that is due, and nothing of it runs in the caller',
    async (construct) => {
      const wrong: string[] = [];
      await liars.domain.ready();
      valueOf(liars.liar.keep(liars.lent));
      for (const [number, attack] of attacksOn(construct, true).entries()) {
        if ('throws' in attack.expected) continue;
        const before = valueOf(liars.liar.ran());
        const atOnce = answerAtOnce(construct, number);
        if (atOnce.includes('DomainCrashed')) await liars.domain.ready();
        const later = attack.isAtOnce === true ? due(attack) : await answer(construct, number + LATER);
        if (later.includes('DomainCrashed')) await liars.domain.ready();
        if (atOnce !== due(attack)) wrong.push(`${attack.name}: ${atOnce}, not ${due(attack)}`);
        if (later !== due(attack)) wrong.push(`${attack.name}, later: ${later}, not ${due(attack)}`);
        if (attack.isSilent === true && valueOf(liars.liar.ran()) !== before) wrong.push(`${attack.name}: it was asked`);
        if (valueOf(liars.liar.ran()) < before) wrong.push(`${attack.name}: the domain has ended ${JSON.stringify(liars.crashes.at(-1)?.message)}`);
      }
      expect(wrong).toEqual([]);
      await liars.nothingIsLeft();
    },
  );

  it.each([...CONSTRUCTS, ...MADE].filter((construct) => attacksOn(construct, true).some(({ expected }) => 'throws' in expected)))(
    '$name: what throws while it is read is a panic of its domain',
    async (construct) => {
      const wrong: string[] = [];
      const attacks = [...attacksOn(construct, true).entries()].filter(([, { expected }]) => 'throws' in expected);
      // Each takes a domain; what differs between constructs is who reads, and what is thrown is asked of one of each kind.
      for (const [number, attack] of checks === 'fast' && ONE_OF_EACH_KIND.has(construct.name) ? attacks : attacks.slice(0, 1)) {
        const outcome = await answer(construct, number);
        await liars.domain.ready();
        if (outcome !== due(attack)) wrong.push(`${attack.name}: ${outcome}`);
      }
      expect(wrong).toEqual([]);
      await liars.nothingIsLeft();
    },
  );
});

describe('an answer that does not end while it is read', () => {
  let liars: Liars;
  beforeAll(async () => {
    liars = await Liars.gather('fast', { timeSliceMs: 60, privateHeapBytes: 32 * 2 ** 20 });
  });
  afterAll(() => liars[Symbol.asyncDispose]());

  const attacks = [...CONSTRUCTS, ...MADE].flatMap((construct) => deadly(construct).map((attack, index) => ({ construct, cause: attack.name, index })));

  it.each(attacks)("$construct.name: the $cause is its domain's own, and its neighbour answers throughout", async ({ construct, cause, index }) => {
    // Only a hang is to meet the slice.
    await liars.domain.setLimits({ timeSliceMs: cause === 'hang' ? 60 : 20_000 });
    const before = liars.crashes.length;
    const number = attacksOn(construct, true).length + index;
    const answering = liars.answers.async[construct.name](number, ...(['point', 'everything'].includes(construct.name) ? [liars.lent] : []));
    let answers = 0;
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        expect(await liars.takes.async.byte(answers & 255)).toEqual({ ok: true, value: String(answers & 255) });
        answers++;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const { ok, error } = await answering;
    await expect.poll(() => liars.crashes.length, { timeout: 60_000, interval: 5 }).toBe(before + 1);
    isOver = true;
    await asking;
    expect(ok).toBe(false);
    expect(error).toMatchObject({ started: true, domain: 'liar' });
    if (cause === 'hang') expect(error.code).toMatch(/^(TimedOut|DomainCrashed)$/);
    else expect(error).toMatchObject({ code: 'DomainCrashed', cause, blame: 'callee' });
    expect(liars.crashes[before].cause).toBe(cause);
    expect(answers).toBeGreaterThan(0);
    await liars.domain.ready();
    await liars.nothingIsLeft();
  });

  it('a promise that is never settled is waited for as long as its caller likes, and no longer', async () => {
    const construct = CONSTRUCTS.find(({ name }) => name === 'point') as Construct;
    expect((await liars.answers.async.point(NEVER, liars.lent, { timeoutMs: 30 })).error).toMatchObject({ code: 'TimedOut', started: true, blame: 'neither' });
    // What it was lent stays lent while the call goes on; it answers others meanwhile, and the end of its life ends the call.
    expect(() => (liars.lent.n = 5)).toThrow(/while a call borrows/);
    expect(
      told(
        await liars.answers.async.point(
          attacksOn(construct, true).findIndex(({ name }) => name === 'itself'),
          liars.lent,
        ),
      ),
    ).toBe(construct.shown);
    const { ok } = await liars.answers.async.point(
      attacksOn(construct, true).findIndex(({ expected }) => 'throws' in expected),
      liars.lent,
    );
    expect(ok).toBe(false);
    await liars.domain.ready();
    await liars.nothingIsLeft();
  });
});
