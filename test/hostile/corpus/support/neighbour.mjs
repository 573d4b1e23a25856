/** An innocent domain beside the attacked one: it is asked all the time, each of its answers is checked, and each is timed. */
import { performance } from 'node:perf_hooks';
import { pause, waitedMs } from './watching.mjs';

/** A measure of how long answers take. Times are without what the threads of the innocent waited for a core: that is the machine's matter. */
function measureOf(timed) {
  const sorted = timed.toSorted((one, other) => one - other);
  return { answers: sorted.length, p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0, worstMs: sorted.at(-1) ?? 0 };
}

/** Begins to ask. `innocent` are the threads that serve the answers. `calm()` closes the measure of the time before the attack, `stop()` that of the attack. */
export function askAllTheTime(peer, innocent) {
  let timed = [];
  let wrong = 0;
  let isOver = false;
  let calm = null;
  const asking = (async () => {
    // What is refused is over at once: the neighbour is asked once more all the same.
    for (let round = 1; !isOver || timed.length === 0; round++) {
      const waited = waitedMs(innocent);
      const began = performance.now();
      const [sum, pair] = await Promise.all([peer.async.add(round, 1), peer.async.pair([round, 'still here'])]);
      const took = performance.now() - began;
      timed.push(Math.max(0, took - (waitedMs(innocent) - waited)));
      if (!sum.ok || sum.value !== round + 1 || !pair.ok || pair.value[0] !== round || pair.value[1] !== 'still here') wrong++;
      await pause(5);
    }
  })();
  return {
    calm() {
      calm = measureOf(timed);
      timed = [];
    },
    async stop() {
      isOver = true;
      await asking;
      return { ...measureOf(timed), wrong, calm };
    },
  };
}
