/** What an execution consists of: preparations one after the other, the concurrent part, and what shows afterwards whether anything was lost. The same list is built on every thread. */
import * as b from './board.mjs';
import { Stage, TRANSITIONS } from './transitions.mjs';

/**
 * `spec` is { first, second, bystander }: names of transitions. With `first: 'reclaim'` the kernel buries C, with whom the second transition deals as its other, while that goes on.
 * `killed` = { transition, at }: C does not just end before it is buried, but is stopped in the course of that transition, before its write number `at`.
 * `room`: so many pages are left for all of them; the kernel has the others. Then an allocation may find no room.
 */
export function buildProgram(spec) {
  const isBurial = spec.first === 'reclaim';
  const parts = isBurial
    ? [rolesOf(spec.second, 0, { me: b.A, other: b.C, third: b.B })]
    : [rolesOf(spec.first, 0, { me: b.A, other: b.B, third: b.C }), rolesOf(spec.second, 1, { me: b.B, other: b.A, third: b.C })];
  if (isBurial && spec.killed) parts.push(rolesOf(spec.killed.transition, 1, { me: b.C, other: b.A, third: b.B }));
  const phases = [{ who: b.KERNEL, name: 'begins', work: (kernel) => kernel.begin(spec.room ?? 0) }];
  const steps = parts.flatMap((part) => part.transition.prepare.map((step) => ({ ...step, part })));
  const used = new Set(
    parts.flatMap((part) => [part.actor('me'), ...part.transition.prepare.flatMap(({ who, to }) => [part.actor(who), part.actor(to ?? who)])]),
  );
  if (isBurial) used.add(b.C);
  const thirds = parts.filter(({ transition }) => transition.thirdDies).map((part) => part.actor('third'));
  for (const at of Object.values(Stage)) {
    addStage(
      phases,
      steps.filter((step) => step.at === at),
    );
    if (at === Stage.Third) for (const third of new Set(thirds)) addDeath(phases, third, used);
  }
  if (isBurial && spec.killed)
    phases.push({ who: b.C, name: 'its last act', killedAt: spec.killed.at, work: (domain) => parts[1].transition.act(domain, parts[1]) });
  if (isBurial) phases.push({ who: b.C, name: 'ends', work: (_domain, world) => void (world.board[b.DEAD] |= 1 << b.C) });
  const acts = parts.slice(0, isBurial ? 1 : 2).map((part) => ({
    who: part.actor('me'),
    dies: part.transition.dies === true,
    mayFail: spec.room !== undefined,
    work: (domain) => part.transition.act(domain, part),
  }));
  if (isBurial) acts.push({ who: b.KERNEL, dies: false, work: (kernel) => kernel.bury(b.C) });
  phases.push({ concurrent: acts });
  addEnd(
    phases,
    [...used].sort((one, other) => one - other),
  );
  return phases;
}

function rolesOf(name, slot, roles) {
  const transition = TRANSITIONS[name];
  if (transition === undefined) throw new Error(`there is no transition '${name}': there are ${Object.keys(TRANSITIONS).join(', ')}`);
  return { transition, slot, actor: (role) => roles[role], mark: (number) => slot * 100 + number };
}

function addStage(phases, steps) {
  for (let actor = 0; actor < b.ACTORS; actor++) {
    const mine = steps.filter((step) => step.part.actor(step.who) === actor);
    if (mine.length === 0) continue;
    phases.push({ who: actor, name: 'prepares', work: (domain) => mine.forEach((step) => step.work(domain, step.part)) });
  }
  const receivers = new Set(steps.filter(({ to }) => to !== undefined).map((step) => step.part.actor(step.to)));
  const senders = new Set(steps.filter(({ to }) => to !== undefined).map((step) => step.part.actor(step.who)));
  for (const receiver of receivers) phases.push({ who: receiver, name: 'serves', work: (domain) => domain.serve() });
  for (const sender of senders) phases.push({ who: sender, name: 'collects', work: (domain) => domain.collect() });
}

function addDeath(phases, actor, used) {
  used.delete(actor);
  phases.push({ who: actor, name: 'ends', work: (_domain, world) => void (world.board[b.DEAD] |= 1 << actor) });
  phases.push({ who: b.KERNEL, name: 'buries', work: (kernel) => kernel.bury(actor) });
}

export function addEnd(phases, actors) {
  phases.push({ who: b.KERNEL, name: 'looks, and buries who died', work: (kernel) => kernel.buryTheDead() });
  for (const actor of actors) {
    phases.push({
      who: actor,
      name: 'settles',
      work: (domain) => {
        domain.check();
        settle(domain);
      },
    });
  }
  for (const actor of actors)
    phases.push({
      who: actor,
      name: 'drops everything',
      work: (domain) => {
        settle(domain);
        domain.dropAll();
      },
    });
  for (const actor of actors) phases.push({ who: actor, name: 'sweeps', work: (domain) => domain.end() });
  phases.push({ who: b.KERNEL, name: 'audits', work: (kernel) => kernel.verify() });
}

function settle(domain) {
  domain.serve();
  domain.collect();
}
