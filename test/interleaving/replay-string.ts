/**
 * Replay strings: one execution in a line of text.
 *
 *   v1/real/free-remote+sweep/A12.B3.A7/kill-A-5
 *   |  |    |                 |         `- who was stopped before which of its writes (kill) or atomic operations (overflow), counted from 0; `-` for nobody
 *   |  |    |                 `- who took how many steps; whoever is last goes on to its end
 *   |  |    `- the pair; `!free-remote@4` behind it: C was stopped in that transition before it was buried; `~2`: so many pages were left; `random#7`: drawn from a seed
 *   |  `- the build: `real`, or the name of a twin
 *   `- the version of this format
 *
 * A string names steps of the code as it is: after a change of the heap it may lead elsewhere, or nowhere, which is said.
 */
import type { Spec, Stop } from './stage.js';
import { ACTOR_NAMES } from './support/board.mjs';

export interface Replay {
  /** The name of a twin, or `real`. */
  readonly build: string;
  readonly spec: Spec;
  readonly plan: readonly number[];
  readonly stop: Stop | undefined;
}

export function formatReplay({ build, spec, plan, stop }: Replay): string {
  const runs: string[] = [];
  for (let at = 0, from = 0; at < plan.length; from = plan[at + 1], at += 2) runs.push(`${ACTOR_NAMES[plan[at]]}${plan[at + 1] - from}`);
  const stopped = stop ? `${stop.by}-${ACTOR_NAMES[stop.actor]}-${stop.at}` : '-';
  return ['v1', build.replaceAll(' ', '_'), formatSpec(spec), runs.join('.') || '-', stopped].join('/');
}

function formatSpec(spec: Spec): string {
  if (spec.random !== undefined) return `random#${spec.random}`;
  const killed = spec.killed ? `!${spec.killed.transition}@${spec.killed.at}` : '';
  return `${spec.first}+${spec.second}${killed}${spec.room === undefined ? '' : `~${spec.room}`}`;
}

/** Throws an Error that says what is wrong with a string that is none. */
export function parseReplay(text: string): Replay {
  const [version, build, pair, runs, stopped, ...more] = text.trim().split('/');
  if (version !== 'v1' || more.length > 0 || stopped === undefined) throw new Error(`'${text}' is no replay string of version 1: v1/BUILD/PAIR/SCHEDULE/STOP`);
  const plan: number[] = [];
  let step = 0;
  for (const run of runs === '-' ? [] : runs.split('.')) {
    const [, name, count] = /^([A-Z])(\d+)$/.exec(run) ?? [];
    if (name === undefined) throw new Error(`'${run}' in the schedule of a replay string should be an actor and a number of steps, as in A12`);
    step += Number(count);
    plan.push(actorNamed(name), step);
  }
  return { build: build.replaceAll('_', ' '), spec: parseSpec(pair), plan, stop: parseStop(stopped) };
}

function actorNamed(name: string): number {
  const actor = ACTOR_NAMES.indexOf(name);
  if (actor < 0) throw new Error(`'${name}' in a replay string is no actor: there are ${ACTOR_NAMES.join(', ')}`);
  return actor;
}

function parseSpec(text: string): Spec {
  const random = /^random#(\d+)$/.exec(text);
  if (random) return { first: '', second: '', random: Number(random[1]) };
  const [, first, second, transition, at, room] = /^([\w-]+)\+([\w-]+)(?:!([\w-]+)@(\d+))?(?:~(\d+))?$/.exec(text) ?? [];
  if (first === undefined) throw new Error(`'${text}' in a replay string is no pair: FIRST+SECOND`);
  return {
    first,
    second,
    ...(transition === undefined ? {} : { killed: { transition, at: Number(at) } }),
    ...(room === undefined ? {} : { room: Number(room) }),
  };
}

function parseStop(text: string): Stop | undefined {
  if (text === '-') return undefined;
  const [, by, name, at] = /^(kill|overflow)-([A-Z])-(\d+)$/.exec(text) ?? [];
  if (by === undefined) throw new Error(`'${text}' in a replay string should be kill-ACTOR-NUMBER, overflow-ACTOR-NUMBER or -`);
  return { by: by as Stop['by'], actor: actorNamed(name), at: Number(at) };
}

/** The command that plays it again. */
export function replayCommand(replay: Replay): string {
  return `REPLAY='${formatReplay(replay)}' npx vitest run test/interleaving/replay.test.ts`;
}
