/**
 * The oracles: each reads an observation and says what is wrong, or null. Times have generous bounds, because a test's machine is busy: what is measured is in the observation and in the published matrix.
 */
import type { HostileCase, OracleName } from './case.js';
import type { Observation, Report } from './observation.js';

export interface Bounds {
  /** How long the host's loop may stand still. */
  readonly lagMs: number;
  readonly settleMs: number;
  /** What a domain with a quota of 64 MiB may cost the process at its peak, and a second after its end. */
  readonly peakMib: number;
  readonly restMib: number;
  readonly neighbourMs: number;
}

export const BOUNDS: Bounds = { lagMs: 900, settleMs: 10_000, peakMib: 512, restMib: 160, neighbourMs: 3000 };

type Oracle = (report: Report, asked: HostileCase, seen: Observation, bounds: Bounds) => string | null;

const hasEnded = (report: Report): boolean => report.crashes.length > 0;

export const ORACLES: { readonly [name in OracleName]: { readonly claim: string; readonly judge: Oracle } } = {
  O1: {
    claim: 'the process lives and its loop turns',
    judge: ({ lagMs, isCondemned }, _, { exit }, bounds) => {
      // Node waits for its threads at the end; of a condemned one O3 tells.
      if (exit.code !== 0 && !isCondemned) return `the process ended with ${exit.signal ?? exit.code}`;
      return lagMs > bounds.lagMs ? `the host's loop stood still for ${Math.round(lagMs)} ms` : null;
    },
  },
  O2: {
    claim: 'the call settles in time, as data or a typed error',
    judge: ({ outcome, settledMs }, _, __, bounds) => {
      if (settledMs > bounds.settleMs) return `the caller waited for ${Math.round(settledMs)} ms`;
      return outcome.kind === 'error' && !outcome.isTyped ? `the caller got an error of the guest: ${outcome.message.slice(0, 80)}` : null;
    },
  },
  O3: {
    claim: 'memory, threads, files and timers are back',
    judge: ({ before, after, audit, isCondemned }, _, { peakMib }, bounds) => {
      if (isCondemned) return 'the thread does not stop in three seconds';
      if (peakMib - before.rssMib > bounds.peakMib) return `took ${Math.round(peakMib - before.rssMib)} MiB past a quota of 64`;
      if (after.rssMib - before.rssMib > bounds.restMib) return `${Math.round(after.rssMib - before.rssMib)} MiB are not returned`;
      if (after.threads > before.threads) return `${after.threads - before.threads} threads more than before`;
      if (after.fds > before.fds) return `${after.fds - before.fds} open files more than before`;
      if (after.active.join() !== before.active.join()) return `what keeps the loop alive was [${before.active.join()}] and is [${after.active.join()}]`;
      return audit.length > 0 ? `audit: ${audit[0]}` : null;
    },
  },
  O4: {
    claim: 'the neighbour loses no call',
    judge: ({ neighbour }, _, __, bounds) => {
      if (neighbour === null) return null;
      if (neighbour.wrong > 0) return `${neighbour.wrong} of ${neighbour.answers} answers of the neighbour are wrong`;
      if (neighbour.answers === 0) return 'the neighbour answered nothing';
      return neighbour.worstMs > bounds.neighbourMs ? `the neighbour took ${Math.round(neighbour.worstMs)} ms to answer` : null;
    },
  },
  O5: {
    claim: 'nothing of the host crosses',
    judge: ({ outcome, seesSecret }) => {
      if (seesSecret) return 'the guest knows what only the host knew';
      return outcome.kind === 'answers' && outcome.text.startsWith('escaped') ? outcome.text.slice(0, 120) : null;
    },
  },
  O6: {
    claim: "the host's intrinsics are as before",
    judge: ({ intrinsics }) => (intrinsics.before === intrinsics.after ? null : 'the intrinsics of the host have changed'),
  },
  O7: {
    claim: 'the next life is as fresh, and one crash is counted',
    judge: (report, asked) => {
      if (!hasEnded(report) || report.fresh === null || (asked.where ?? 'method') !== 'method') return null;
      const { text, crashes, restarts } = report.fresh;
      if (text !== 'life 2') return `the next life answered ${text.slice(0, 80)}`;
      return crashes === 1 && restarts === 1 ? null : `${crashes} crashes and ${restarts} restarts are counted`;
    },
  },
  O8: {
    claim: 'the same fuel stops at the same place',
    judge: ({ stops }) => (stops === null || new Set(stops).size === 1 ? null : `stopped at ${stops.join(' and at ')}`),
  },
  O9: {
    claim: 'what was lent is back and unchanged',
    // What a thread can still write stays in quarantine until the thread has ended.
    judge: ({ lent, isCondemned }) => (lent === null || lent === 'intact' || isCondemned ? null : `what the host lent is ${lent}`),
  },
  O10: {
    claim: 'one event for each death',
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
export function judge(asked: HostileCase, seen: Observation, isOurs: boolean, bounds: Bounds = BOUNDS): Verdict {
  const end = endOf(seen);
  const wrong: { [oracle: string]: string } = {};
  if (seen.report === null) return { end, wrong: { end: `the process ${end === 'HANG' ? 'did not end' : end === 'MEMORY' ? 'took gigabytes' : 'died'}` } };
  if (isOurs && !seen.report.isCondemned && !(asked.ends as readonly string[]).includes(end)) wrong['end'] = `ended as ${end}, not ${asked.ends.join(' or ')}`;
  for (const [name, oracle] of Object.entries(ORACLES)) {
    if (asked.exempt?.[name as OracleName] !== undefined) continue;
    const found = oracle.judge(seen.report, asked, seen, bounds);
    if (found !== null) wrong[name] = found;
  }
  return { end, wrong };
}
