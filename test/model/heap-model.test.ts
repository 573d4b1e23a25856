/**
 * The heap against a plain-object model of it: random commands on both, and they must agree on every readable value, on which handle is refused and why, on what each domain is charged
 * for, on the census, and the audit must be empty.
 *
 * MODEL_SEED and MODEL_PATH replay what a failure prints, and so does MODEL_COMMANDS with the shortest list found. DEEP=1: see depth.ts.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, WHAT } from './commands.js';
import { DEEP_MINUTES, seedFrom } from './depth.js';
import { Machine } from './machine.js';

const SEED = seedFrom('MODEL_SEED', 20_240);
const PATH = process.env['MODEL_PATH'];
const GIVEN = process.env['MODEL_COMMANDS'];

const COMMANDS = 2000;
/** Commands, of which one in three finds nothing to do: there is no ring to push to, no call to serve. */
const RUNS = 800;
const OPERATIONS = 1_000_000;
const SHORTENING_MS = 60_000;

const number = fc.noBias(fc.nat(2 ** 20));
const command: fc.Arbitrary<Command> = fc.tuple(fc.noBias(fc.nat(WHAT.length - 1)), number, number, number);
const commands = fc.array(command, { minLength: COMMANDS, maxLength: COMMANDS, size: 'max' });

/** Runs a list from the beginning to an empty heap. Throws where heap and model disagree, with the shortest list found that shows it. */
function attempt(list: readonly Command[], paranoid: boolean): Machine {
  const failure = whatFails(list, paranoid);
  if (failure instanceof Machine) return failure;
  const short = shortened(list, (candidate) => !(whatFails(candidate, paranoid) instanceof Machine));
  const message = whatFails(short, paranoid) as Error;
  throw new Error(`${message.message}\nof ${short.length} commands: MODEL_COMMANDS='${JSON.stringify([paranoid, ...short])}'\nwhole: ${failure.message}`);
}

function whatFails(list: readonly Command[], paranoid: boolean): Machine | Error {
  try {
    const machine = new Machine(paranoid);
    machine.run(list);
    machine.finish();
    return machine;
  } catch (error) {
    return error as Error;
  }
}

/** Leaves out ever smaller parts for as long as the rest still fails. */
function shortened(list: readonly Command[], fails: (list: readonly Command[]) => boolean): readonly Command[] {
  let short = list;
  const deadline = performance.now() + SHORTENING_MS;
  for (let part = Math.ceil(list.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let start = 0; start < short.length && performance.now() < deadline; ) {
      const candidate = [...short.slice(0, start), ...short.slice(start + part)];
      if (fails(candidate)) short = candidate;
      else start += part;
    }
  }
  return short;
}

describe('the heap and its model', () => {
  it('agree on a million operations by a host and three domains that die', { timeout: 900_000 + DEEP_MINUTES * 120_000 }, () => {
    if (GIVEN !== undefined) {
      const [paranoid, ...list] = JSON.parse(GIVEN) as [boolean, ...Command[]];
      attempt(list, paranoid);
      return;
    }
    const began = performance.now();
    const tally = new Map<string, number>();
    let operations = 0;
    const property = fc.property(commands, fc.boolean(), (list, paranoid) => {
      const machine = attempt(list, paranoid);
      for (const [what, count] of machine.tally) tally.set(what, (tally.get(what) ?? 0) + count);
    });
    const limit = DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 60_000, markInterruptAsFailure: false } : { numRuns: RUNS };
    fc.assert(property, { seed: SEED, ...(PATH === undefined ? {} : { path: PATH }), endOnFailure: true, ...limit });
    const seconds = (performance.now() - began) / 1000;
    for (const [what, count] of tally) if (what !== 'audit') operations += count;
    console.log(`seed ${SEED}: ${operations} operations in ${seconds.toFixed(1)} s`);
    console.log(
      [...tally]
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([what, count]) => `${what} ${count}`)
        .join(', '),
    );
    if (PATH === undefined) expect(operations).toBeGreaterThanOrEqual(DEEP_MINUTES > 0 ? COMMANDS : OPERATIONS);
  });
});
