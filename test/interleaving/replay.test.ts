/** A failure is a line of text: REPLAY='v1/...' plays it again and prints its steps. */
import { expect, test } from 'vitest';
import { campaign } from './campaign.js';
import { formatReplay, parseReplay, type Replay } from './replay-string.js';
import { type Outcome, Stage } from './stage.js';
import { printTrace, traceHash } from './trace.js';
import { TWINS } from './twins.js';

function twinNamed(name: string): (typeof TWINS)[number] | undefined {
  const twin = TWINS.find((each) => each.name === name);
  if (!twin && name !== 'real') throw new Error(`there is no twin '${name}'`);
  return twin;
}

async function replay({ build, spec, plan, stop }: Replay, look: (stage: Stage, outcome: Outcome) => void): Promise<void> {
  const twin = twinNamed(build);
  const stage = await Stage.open({ ...(twin ? { twin } : {}), ...(spec.random === undefined ? {} : { cast: 'all', paranoid: true }) });
  try {
    look(stage, stage.play(spec, { plan, stop }));
  } finally {
    await stage.close();
  }
}

const given = process.env['REPLAY'];
if (given !== undefined) {
  test('the execution of REPLAY has no findings', { timeout: 120_000 }, async () => {
    await replay(parseReplay(given), (stage, outcome) => {
      console.log(printTrace(stage.trace, outcome.steps));
      if (outcome.diverged) console.log('The schedule does not fit this build: the code has changed since.');
      expect(outcome.findings).toEqual([]);
    });
  });
}

test('a replay string reproduces the steps and the finding of the failure that printed it', { timeout: 120_000 }, async () => {
  const [twin] = TWINS.filter(({ name }) => name === 'the remote bit is set before the word says freeing');
  const stage = await Stage.open({ twin });
  let steps = 0;
  let printed = '';
  let finding = '';
  try {
    const { failure, spec } = campaign(stage, twin.pairs[0], { orders: 1000, stops: 0, seed: 1, until: Number.POSITIVE_INFINITY });
    steps = traceHash(stage.trace, failure?.plan.at(-1) ?? 0);
    printed = formatReplay({ build: twin.name, spec, plan: failure?.plan ?? [], stop: failure?.stop });
    finding = failure?.findings[0].detail ?? '';
  } finally {
    await stage.close();
  }
  await replay(parseReplay(printed), (again, outcome) => {
    expect(traceHash(again.trace, outcome.steps)).toBe(steps);
    expect(outcome.findings[0].detail).toBe(finding);
    expect(outcome.diverged).toBe(false);
  });
});

test('what is printed is what is read', () => {
  const strings = [
    'v1/real/free-remote+sweep/A12.B3.A7/kill-A-5',
    'v1/real/reclaim+sweep!free-remote@4~2/A1.K20/overflow-A-0',
    'v1/real/random#77/A3.C4.K5.B1/-',
    'v1/real/alloc+alloc/-/-',
  ];
  expect(strings.map((text) => formatReplay(parseReplay(text)))).toEqual(strings);
});

test.each([
  ['v2/real/alloc+alloc/-/-', /version 1/],
  ['v1/real/alloc/-/-', /no pair/],
  ['v1/real/alloc+alloc/A/-', /A12/],
  ['v1/real/alloc+alloc/Z3/-', /no actor/],
  ['v1/real/alloc+alloc/A3/kill', /kill-ACTOR-NUMBER/],
])('%s is refused with the reason', (text, why) => {
  expect(() => parseReplay(text)).toThrow(why);
});
