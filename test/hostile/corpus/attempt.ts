/**
 * One case, observed and judged. Where nothing but times is wrong it is asked once more, because a machine may stand still for reasons of its own: an attack that costs the host time does so again.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packExtension } from 'deciduous/pack';
import type { HostileCase } from './case.js';
import { observe } from './child.js';
import { FUELLED } from './fuelled.js';
import { buildAttacker } from './support/attacker.mjs';
import type { Observation } from './observation.js';
import { deadlineOf, judge, type Verdict } from './oracles.js';

const PROGRAM = fileURLToPath(new URL('support/domain-child.mjs', import.meta.url));
const PEER = fileURLToPath(new URL('../../fixtures/extensions/hostile/peer.ts', import.meta.url));
const LIMIT_MS = 60_000;
const OF_TIME: ReadonlySet<string> = new Set(['O1', 'O2', 'O4']);

export interface Attempt {
  readonly seen: Observation;
  readonly verdict: Verdict;
}

export async function twiceIfSlow(once: () => Promise<Attempt>): Promise<Attempt> {
  const first = await once();
  const wrong = Object.keys(first.verdict.wrong);
  return wrong.length > 0 && wrong.every((oracle) => OF_TIME.has(oracle)) ? once() : first;
}

/** What all children of a run share. `end()` removes it. */
export class Corpus {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'deciduous-hostile-'));
  readonly #neighbour = path.join(this.#folder, 'neighbour.json');

  static async prepare(): Promise<Corpus> {
    const corpus = new Corpus();
    writeFileSync(corpus.#neighbour, JSON.stringify(await packExtension(PEER)));
    return corpus;
  }

  /** `node` is the program that runs it: this one unless said. */
  async attempt(one: HostileCase, node?: string): Promise<Attempt> {
    const asked = { ...one, built: await buildAttacker(one), fuel: FUELLED.get(one.id), neighbour: this.#neighbour, deadlineMs: deadlineOf(one) };
    return twiceIfSlow(async () => {
      const seen = await observe(asked, { program: PROGRAM, limitMs: LIMIT_MS, node });
      return { seen, verdict: judge(asked, seen, true) };
    });
  }

  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
