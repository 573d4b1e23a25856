/** What is tried: programs, how much fuel each run has, and what makes one run unlike another. All drawn from one seed, so that each version of Node runs the same. */
import { fileURLToPath } from 'node:url';

export const PROGRAMS_FILE = fileURLToPath(new URL('../../test/fixtures/extensions/fuel/programs.ts', import.meta.url));
export const WITNESS_FILE = fileURLToPath(new URL('../../test/fixtures/extensions/fuel/witness.ts', import.meta.url));
/** How many limits each program is tried with. */
export const LIMITS = 25;
const SEED = 20_260_101;
export const GLOBALS = { clock: { fixed: 946_684_800_000, stepMs: 7 }, random: { seed: 42 } };
export const PROFILES = ['deterministic', 'native'];
/** The programs that must suspend to get anywhere. */
const SUSPENDING = new Set(['awaits']);

/** A generator of whole numbers below `bound`. */
export function drawer(seed) {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % bound;
  };
}

/** `runs` runs of one program: each limit as often as any other, half of them in a domain whose code is warm. */
export function* plan(program, runs) {
  const draw = drawer(SEED ^ [...program].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7));
  const limits = Array.from({ length: LIMITS }, () => 300 + draw(20_000));
  for (let run = 0; run < runs; run++) {
    yield {
      program,
      fuel: limits[run % LIMITS],
      later: SUSPENDING.has(program),
      warmRounds: Math.floor(run / LIMITS) % 2 === 1 ? 400 : 0,
      // How much garbage and how much that is alive lie about, and how far apart checkpoints may be at the most.
      garbageKib: draw(3) === 0 ? draw(4096) : 0,
      aliveKib: draw(4) === 0 ? draw(8192) : 0,
      period: draw(2) === 0 ? 20_000 : 1 + draw(3000),
    };
  }
}

/** Runs with the same key must end alike, whatever they ran in. Where the code has been warmed, the clock has been read and chance been drawn. */
export function keyOf({ program, fuel, warmRounds }) {
  return `${fuel}${program === 'clock and chance' && warmRounds > 0 ? ' warm' : ''}`;
}
