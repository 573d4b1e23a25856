/** The tests of deaths in calls are not blind: a call path with one line broken is caught, whichever of these lines it is, and by what is said to catch it. */
import { expect, test } from 'vitest';
import { MEETINGS, meetEverywhere } from './call-meetings.js';
import { nameOf, play, SCENES, strikesOf } from './call-scenes.js';
import { type CallTwin, CALL_TWINS } from './call-twins.js';
import { loadParts, type Parts, Premises } from './company.js';
import { SteppedBuild } from './stepped-build.js';

interface Caught {
  readonly failure: string | null;
  readonly executions: number;
}

/** Plays what shows a twin until something is not as it must be. An exception that reaches the test is such a thing, too. */
function playAll(parts: Parts, by: string, paranoid: boolean): Caught {
  const scene = SCENES.find(({ name }) => name === by);
  const meeting = MEETINGS.find(({ name }) => name === by);
  if (scene === undefined && meeting === undefined) throw new Error(`there is neither a scene nor a meeting '${by}'`);
  if (meeting !== undefined) return meetEverywhere(new Premises(parts, paranoid, meeting.clock === 'kernel'), meeting);
  const premises = new Premises(parts, paranoid);
  const strikes = [null, ...strikesOf(premises, scene as never)];
  for (const [executions, strike] of strikes.entries()) {
    const { findings } = play(premises, scene as never, strike);
    if (findings.length > 0) return { failure: `${strike === null ? 'nobody struck' : nameOf(strike)}: ${findings.join('; ')}`, executions: executions + 1 };
  }
  return { failure: null, executions: strikes.length };
}

async function caught(twin: CallTwin): Promise<Caught> {
  const build = new SteppedBuild(twin, 'call-seam.mjs');
  let executions = 0;
  try {
    const parts = await loadParts(build.root);
    for (const paranoid of [false, true]) {
      try {
        const found = playAll(parts, twin.by, paranoid);
        executions += found.executions;
        if (found.failure !== null) return { failure: found.failure, executions };
      } catch (error) {
        return { failure: String(error), executions: executions + 1 };
      }
    }
    return { failure: null, executions };
  } finally {
    build.remove();
  }
}

test.each(CALL_TWINS)('a twin is caught: $name', { timeout: 120_000 }, async (twin) => {
  const { failure, executions } = await caught(twin);
  expect(failure, `not caught in ${executions} executions of "${twin.by}"`).not.toBeNull();
  console.log(`${twin.name}: caught after ${executions} executions. ${(failure as string).slice(0, 200)}`);
});
