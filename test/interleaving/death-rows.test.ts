/** Every row of the call path at every step: whoever dies, however, wherever in a call, the others are told the right thing once, and nothing is lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MEETINGS, meetEverywhere } from './call-meetings.js';
import { nameOf, play, SCENES, strikesOf } from './call-scenes.js';
import { loadParts, type Parts, Premises } from './company.js';
import { SteppedBuild } from './stepped-build.js';

const build = new SteppedBuild(undefined, 'call-seam.mjs');
let parts: Parts;
let executions = 0;
beforeAll(async () => {
  parts = await loadParts(build.root);
});
afterAll(() => {
  console.log(`deaths in calls: ${executions} executions`);
  build.remove();
});

describe.each([
  ['fast', false],
  ['paranoid', true],
] as const)('with checks: %s', (_checks, paranoid) => {
  let premises: Premises;
  beforeAll(() => {
    premises = new Premises(parts, paranoid);
  });

  it.each(SCENES)(
    '$name: whoever dies at whatever step, callers are told once and rightly, arguments are where the table says, and nothing is lost',
    { timeout: 120_000 },
    (scene) => {
      expect(play(premises, scene, null).findings).toEqual([]);
      const strikes = strikesOf(premises, scene);
      expect(strikes.length).toBeGreaterThan(100);
      for (const strike of strikes) {
        const { findings } = play(premises, scene, strike);
        if (findings.length > 0) expect.fail(`${scene.name}: ${nameOf(strike)}\n  ${findings.join('\n  ')}`);
      }
      executions += strikes.length;
      console.log(`${scene.name}: ${strikes.length} executions`);
    },
  );

  it.each(MEETINGS)('$name: at whatever step they meet, every call ends once and rightly', (meeting) => {
    const watchful = new Premises(parts, paranoid, meeting.clock === 'kernel');
    const { failure, executions: played } = meetEverywhere(watchful, meeting);
    expect(failure).toBeNull();
    expect(played).toBeGreaterThan(3);
    executions += played;
    console.log(`${meeting.name}: ${played} executions`);
  });
});
