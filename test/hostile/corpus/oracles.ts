/** The oracles: each reads an observation and says what is wrong, or null. What they allow is in BOUNDS, and on the published page. */
import type { HostileCase, OracleName } from './case.js';
import type { AskedCase } from './child.js';
import type { Observation, Report } from './observation.js';
import { OVERSHOOTS } from './overshoots.js';

/** Times are without what the threads concerned waited for a core, which a busy machine causes and no attack of one thread. */
export const BOUNDS = {
  /** How long the host's loop may stand still. */
  lagMs: 100,
  /** What the caller's deadline may be exceeded by. */
  graceMs: 1000,
  /** What a domain with a quota of 64 MiB may cost the process at its peak, unless the case is a known overshoot, and after its end. */
  peakMib: 224,
  restMib: 96,
  /** By what factor the neighbour's 99th percentile may grow, and what is no growth: on a quiet machine it is a part of a millisecond. */
  neighbourFactor: 2,
  neighbourMs: 20,
} as const;

/** The deadline of the attacked call: longer than two slices. */
export const deadlineOf = ({ limits }: Pick<HostileCase, 'limits'>): number => Math.max(3000, 2 * (limits?.timeSliceMs ?? 0) + 1000);

type Oracle = (report: Report, asked: AskedCase, seen: Observation) => string | null;

const hasEnded = (report: Report): boolean => report.crashes.length > 0;

export const ORACLES: { readonly [name in OracleName]: { readonly claim: string; readonly allows: string; readonly judge: Oracle } } = {
  O1: {
    claim: 'the process lives and its loop turns',
    allows: `the process ends by itself; the loop stands still for at most ${BOUNDS.lagMs} ms`,
    judge: ({ lag, isCondemned }, _, { exit }) => {
      // Node waits for its threads at the end; of a condemned one O3 tells.
      if (exit.code !== 0 && !isCondemned) return `the process ended with ${exit.signal ?? exit.code}`;
      return lag.ownMs > BOUNDS.lagMs ? `the host's loop stood still for ${Math.round(lag.ownMs)} ms` : null;
    },
  },
  O2: {
    claim: 'the call settles in time, as data or a typed error',
    allows: `the caller's deadline (${deadlineOf({})} ms, or more than two slices where a case has longer ones) and ${BOUNDS.graceMs} ms`,
    judge: ({ outcome, settledMs }, asked) => {
      if (settledMs > deadlineOf(asked) + BOUNDS.graceMs) return `the caller waited for ${Math.round(settledMs)} ms`;
      return outcome.kind === 'error' && !outcome.isTyped ? `the caller got an error of the guest: ${outcome.message.slice(0, 80)}` : null;
    },
  },
  O3: {
    claim: 'memory, threads, files and timers are back',
    allows: `at the peak ${BOUNDS.peakMib} MiB past what was resident before, with the exceptions below; after three seconds no thread, file or timer more and a clean audit; ${BOUNDS.restMib} MiB after at most twelve (the V8 of Node 24 keeps freed pages for eight)`,
    judge: ({ before, after, peakMib, audit, isCondemned }, { id }) => {
      if (isCondemned) return 'the thread does not stop in three seconds';
      if (peakMib - before.rssMib > (OVERSHOOTS[id]?.mib ?? BOUNDS.peakMib)) return `took ${Math.round(peakMib - before.rssMib)} MiB past a quota of 64`;
      if (after.rssMib - before.rssMib > BOUNDS.restMib) return `${Math.round(after.rssMib - before.rssMib)} MiB are not returned`;
      if (after.threads > before.threads) return `${after.threads - before.threads} threads more than before`;
      if (after.fds > before.fds) return `${after.fds - before.fds} open files more than before`;
      const more = [...after.active];
      for (const name of before.active) if (more.includes(name)) more.splice(more.indexOf(name), 1);
      if (more.length > 0) return `the loop is kept alive by ${more.join()} more than before`;
      return audit.length > 0 ? `audit: ${audit[0]}` : null;
    },
  },
  O4: {
    claim: 'the neighbour loses no call and keeps its pace',
    allows: `no wrong or missing answer; the 99th percentile at most ${BOUNDS.neighbourFactor} times what it was before the attack, or ${BOUNDS.neighbourMs} ms`,
    judge: ({ neighbour }) => {
      if (neighbour === null) return null;
      const { answers, wrong, p99Ms, calm } = neighbour;
      if (wrong > 0) return `${wrong} of ${answers} answers of the neighbour are wrong`;
      if (answers === 0) return 'the neighbour answered nothing';
      return p99Ms > Math.max(BOUNDS.neighbourMs, BOUNDS.neighbourFactor * calm.p99Ms)
        ? `the neighbour's 99th percentile went from ${calm.p99Ms.toFixed(1)} to ${p99Ms.toFixed(1)} ms`
        : null;
    },
  },
  O5: {
    claim: 'nothing of the host crosses',
    allows: 'nothing: no word of the secret, no place in the host',
    judge: ({ outcome, seesSecret }) => {
      if (seesSecret) return 'the guest knows what only the host knew';
      return outcome.kind === 'answers' && outcome.text.startsWith('escaped') ? outcome.text.slice(0, 120) : null;
    },
  },
  O6: {
    claim: "the host's intrinsics are as before",
    allows: 'nothing: own keys and descriptors of every intrinsic, hashed',
    judge: ({ intrinsics }) => (intrinsics.before === intrinsics.after ? null : 'the intrinsics of the host have changed'),
  },
  O7: {
    claim: 'the next life is as fresh, and one crash is counted',
    allows: 'the second life answers; one crash and one restart in the statistics',
    judge: (report, asked) => {
      if (!hasEnded(report) || report.fresh === null || (asked.where ?? 'method') !== 'method') return null;
      const { text, crashes, restarts } = report.fresh;
      if (text !== 'life 2') return `the next life answered ${text.slice(0, 80)}`;
      return crashes === 1 && restarts === 1 ? null : `${crashes} crashes and ${restarts} restarts are counted`;
    },
  },
  O8: {
    claim: 'the same fuel stops at the same place',
    allows: 'nothing: what is known of both stops is equal',
    judge: ({ stops }, { fuel }) => {
      if (stops === null || fuel === undefined) return null;
      if (!stops.every((stop) => stop.includes('"out-of-fuel"'))) return `it did not end by ${fuel} steps of fuel: ${stops.join(' and ').slice(0, 300)}`;
      return new Set(stops).size === 1 ? null : `stopped at ${stops.join(' and at ').slice(0, 600)}`;
    },
  },
  O9: {
    claim: 'what was lent is back and unchanged',
    allows: 'nothing: the bytes are those that were lent, and can be written again',
    // What a thread can still write stays in quarantine until the thread has ended.
    judge: ({ lent, isCondemned }) => (lent === null || lent === 'intact' || isCondemned ? null : `what the host lent is ${lent}`),
  },
  O10: {
    claim: 'one event for each death',
    allows: 'one event',
    judge: ({ crashes }, asked) => ((asked.where ?? 'method') !== 'method' || crashes.length <= 1 ? null : `${crashes.length} deaths were told`),
  },
};

export interface Verdict {
  /** How it ended, in a word or two. */
  readonly end: string;
  /** What is wrong, by oracle; `end` where the attack ended in a way that the case does not allow, or the process did not tell. */
  readonly wrong: { readonly [oracle: string]: string };
}

function endOf({ exit, report }: Observation): string {
  if (exit.isOverdue) return 'HANG';
  if (exit.isTooLarge) return 'MEMORY';
  if (report === null) return `DIED ${exit.signal ?? exit.code}`;
  if (report.isCondemned) return 'CONDEMNED';
  if (report.crashes.length > 0) return report.crashes[0].cause;
  return report.outcome.kind;
}

/** Asks all oracles that apply. `isOurs`: whether the end itself is held to the case's list, whose words are ours. */
export function judge(asked: AskedCase, seen: Observation, isOurs: boolean): Verdict {
  const end = endOf(seen);
  const wrong: { [oracle: string]: string } = {};
  if (seen.report === null) return { end, wrong: { end: `the process ${end === 'HANG' ? 'did not end' : end === 'MEMORY' ? 'took gigabytes' : 'died'}` } };
  if (isOurs && !seen.report.isCondemned && !(asked.ends as readonly string[]).includes(end)) wrong['end'] = `ended as ${end}, not ${asked.ends.join(' or ')}`;
  for (const [name, oracle] of Object.entries(ORACLES)) {
    if (asked.exempt?.[name as OracleName] !== undefined) continue;
    const found = oracle.judge(seen.report, asked, seen);
    if (found !== null) wrong[name] = found;
  }
  return { end, wrong };
}
