/**
 * Many runs in one thread: each evaluates the leaf anew in a compartment of its own, with the meter that domains have, and ends when its fuel does. What a domain has beyond that (its thread, its calls) is not here, so
 * that a thousand runs take seconds.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { evaluateLeaf } from '../../dist/domains/compartment.js';
import { startReactions } from '../../dist/domains/builtins/promise-reactions.js';
import { powerGlobals } from '../../dist/domains/globals/powers.js';
import { hardenAll, stackString } from '../../dist/domains/lockdown.js';
import { MemoryMeter } from '../../dist/domains/memory-meter.js';
import { WorkMeter } from '../../dist/domains/work-meter.js';
import { keyOf, plan } from './plan.mjs';

const { leaf, powers, programs, runs, share } = workerData;
// What a run leaves behind ends with the same panic; nobody waits for it.
process.on('unhandledRejection', () => {});
const post = parentPort.postMessage.bind(parentPort);

const TOLD_EVERY = 20;

/** One run. Answers what is the same each time: how often the program has spoken, what it said last, and where it stood. */
async function tryOut({ program, fuel, later, warmRounds, garbageKib, aliveKib, period }) {
  const memory = new MemoryMeter();
  memory.start(2 ** 40);
  const work = new WorkMeter({ fuel: 0, stackDepth: 512 }, new Float64Array(2));
  let panic = null;
  const check = () => {
    if (panic !== null) throw panic;
  };
  // As src/proxy/callee.ts keeps them.
  const open = new Set();
  let serving = null;
  const calls = {
    holdCurrent: () => serving,
    resumeCurrent(held) {
      serving = open.has(held) ? held : null;
      work.payFrom(serving);
    },
  };
  startReactions(calls);
  const $d = {
    domain: { defineDomain: (definition) => definition, ok: (value) => ({ ok: true, value }), unwrap: (result) => result.value },
    type: () => ({}),
    interface: () => ({}),
    shadow: () => ({}),
    checkpoint() {
      check();
      const granted = work.refill(Math.min(memory.check(), period));
      if (granted < 0) throw (panic = new Error('out of fuel'));
      return granted;
    },
    tooDeep() {
      throw (panic = new Error('too deep'));
    },
    meter: (swap, shift) => work.connect(swap, shift),
    // How much text may come into being before this is asked again.
    text: () => 2 ** 20,
    caught: check,
    finally: check,
    current: calls.holdCurrent,
    resume: calls.resumeCurrent,
  };
  hardenAll($d);
  const definition = evaluateLeaf(leaf.code, 'programs', powerGlobals(leaf.uses, powers))($d);
  const [notes, alive] = [{ count: 0, last: 0 }, []];
  const witness = {
    note(hash) {
      check();
      notes.count++;
      notes.last = hash;
      return { ok: true };
    },
  };
  hardenAll(witness.note);
  const { programs: methods } = definition.init({ imports: { witness } });
  if (warmRounds > 0) {
    methods.rehearse(program, warmRounds);
    // What it has set going ends in turns of its own.
    if (later) await new Promise(setImmediate);
  }
  for (let kib = 0; kib < aliveKib; kib += 64) alive.push(new Array(8192).fill(kib));
  for (let kib = 0; kib < garbageKib; kib += 64) new Array(8192).fill({ kib });
  work.setLimits({ fuel, stackDepth: 512 });
  serving = { fuelUsed: 0 };
  work.payFrom(serving);
  open.add(serving);
  try {
    await methods[later ? 'runLater' : 'run'](program);
  } catch {
    // What is thrown is the panic, or the run says below that there was none.
  }
  if (later) await new Promise(setImmediate);
  if (panic === null) throw new Error(`${program} ended before its fuel did`);
  const at = stackString(panic)
    .split('\n')
    .flatMap((line) => /programs\.leaf:(\d+:\d+)/.exec(line)?.[1] ?? [])
    .slice(0, 3);
  return `${notes.count} ${notes.last.toString(16)}${panic.message === 'out of fuel' ? '' : ` ${panic.message}`} at ${at.join(' < ')}`;
}

let done = 0;
for (const program of programs) {
  const outcomes = {};
  let run = 0;
  for (const one of plan(program, runs)) {
    if (run++ % share.of !== share.number) continue;
    const outcome = await tryOut(one);
    const of = (outcomes[keyOf(one)] ??= {});
    of[outcome] = (of[outcome] ?? 0) + 1;
    if (++done % TOLD_EVERY === 0) post({ progress: TOLD_EVERY });
  }
  post({ program, outcomes });
}
