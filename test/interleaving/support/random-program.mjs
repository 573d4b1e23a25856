/**
 * Three domains and the reclaimer, all at once: each domain does some operations that are drawn as it goes; C is killed or ends, and from that moment on the kernel buries it while A and B go on.
 * What is drawn depends on the seed and on what the domain has, and on nothing else: the same schedule leads to the same steps.
 */
import * as b from './board.mjs';
import { addEnd } from './program.mjs';

const OPERATIONS_EACH = 6;

/** Xorshift: the same numbers for the same seed on every thread. */
export function numbers(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function buildRandomProgram(seed) {
  const phases = [{ who: b.KERNEL, name: 'begins', work: (kernel) => kernel.begin(numbers(seed)(4) === 0 ? 6 : 0) }];
  const domains = [b.A, b.B, b.C];
  for (const who of domains) phases.push({ who, name: 'prepares', work: (domain) => prepare(domain, who, numbers(seed * 8 + who)) });
  for (const who of domains) phases.push({ who, name: 'serves', work: (domain) => domain.serve() });
  for (const who of domains) phases.push({ who, name: 'collects', work: (domain) => domain.collect() });
  for (const who of domains) phases.push({ who, name: 'sends', work: (domain) => sendSome(domain, who, numbers(seed * 8 + 3 + who)) });
  const acts = domains.map((who) => ({ who, dies: true, ends: who === b.C, mayFail: true, work: (domain) => operate(domain, who, numbers(seed * 64 + who)) }));
  acts.push({ who: b.KERNEL, dies: false, awaits: 1 << b.C, work: (kernel) => kernel.bury(b.C) });
  phases.push({ concurrent: acts });
  addEnd(phases, domains);
  return phases;
}

function others(who) {
  return [b.A, b.B, b.C].filter((actor) => actor !== who);
}

/** Marks tell who made a value, and when. */
function nextMark(domain) {
  return (domain.actor + 1) * 1000 + domain.counter++;
}

function prepare(domain, who, draw) {
  domain.counter = 0;
  for (const other of others(who)) {
    const mark = nextMark(domain);
    tolerating(() => {
      if (draw(4) === 0) domain.makeWide(mark);
      else domain.make(mark);
      domain.give(other, mark);
    });
  }
}

/** A heap that is full is an outcome as good as any, and so is a value that a call borrows still although it has been given up. */
function tolerating(work) {
  try {
    work();
  } catch (error) {
    const isBorrowed = error?.name === 'LifetimeViolation' && error.message.includes('borrows');
    if (error?.name !== 'ResourceExhausted' && !isBorrowed) throw error;
  }
}

function sendSome(domain, who, draw) {
  const mark = nextMark(domain);
  tolerating(() => {
    domain.make(mark);
    domain.send(['keep', 'look', 'swap'][draw(3)], others(who)[draw(2)], mark);
  });
}

function operate(domain, who, draw) {
  for (let count = 0; count < OPERATIONS_EACH; count++) tolerating(() => operateOnce(domain, who, draw));
}

function operateOnce(domain, who, draw) {
  const marks = [...domain.owned.keys()].filter((mark) => !domain.sent.some((entry) => entry.mark === mark));
  const some = () => marks[draw(marks.length)];
  const trees = marks.filter((mark) => !domain.wides.has(mark) && domain.isTree(mark));
  const tree = () => trees[draw(trees.length)];
  switch (draw(12)) {
    case 0:
    case 1:
      return void domain.make(nextMark(domain));
    case 2:
      return void domain.makeWide(nextMark(domain));
    case 3:
    case 4:
      return marks.length > 0 ? domain.drop(some()) : undefined;
    case 5:
      return marks.length > 0 ? domain.give(others(who)[draw(2)], some()) : undefined;
    case 6:
      return trees.length > 0 ? domain.send(['look', 'swap'][draw(2)], others(who)[draw(2)], tree()) : undefined;
    case 7:
      return domain.serve();
    case 8:
      return domain.collect();
    case 9: {
      if (trees.length < 2) return undefined;
      const child = tree();
      const root = tree();
      return root === child ? undefined : domain.attach(root, child);
    }
    case 10: {
      const roots = trees.filter((mark) => domain.owned.get(mark).left !== null);
      return roots.length > 0 ? domain.detach(roots[draw(roots.length)], nextMark(domain)) : undefined;
    }
    default:
      if (draw(2) === 0) return domain.sweep();
      domain.giveUp();
      return domain.collect();
  }
}
