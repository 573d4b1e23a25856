/**
 * Serves documents and meanwhile tries to leave. Each attempt is a function that answers its loot, or nothing where there was none to be had, or throws where it was refused; what
 * it answers is for the host to judge, who looks for damage by itself.
 */
import { defineDomain, type DomainHeap, type RRef } from 'deciduous/domain';
import type { Document } from '../generated/document.js';
import { Attempt, Visitor, type Outcome } from '../generated/pipeline.js';
import type { Attack } from './thief-attack.js';
import { attacksOnDocuments, attacksOnEarlier } from './thief-handles.js';
import { attacksOnTheRealm } from './thief-realm.js';

interface Tally {
  readonly attack: Attack;
  tried: number;
  outcome: Outcome;
  detail: string;
}

const tallies = new Map<string, Tally>();
/** Of an attempt made several times, the outcome that says most is kept. */
const SAYS: { readonly [outcome in Outcome]: number } = { NotThere: 0, Refused: 1, Taken: 2 };

function describe(loot: unknown): string {
  // Loot may be anything, an object that throws when it is looked at included.
  try {
    if (typeof loot === 'string' || typeof loot === 'number') return `${typeof loot}: ${loot}`;
    return `${typeof loot}: ${Object.getOwnPropertyNames(loot).slice(0, 8).join(' ')}`;
  } catch {
    return typeof loot;
  }
}

function make(attack: Attack): void {
  let outcome: Outcome;
  let detail: string;
  try {
    const loot = attack.run();
    outcome = loot === undefined || loot === null || loot === false ? 'NotThere' : 'Taken';
    detail = outcome === 'Taken' ? describe(loot) : '';
  } catch (error) {
    outcome = 'Refused';
    detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  const key = `${attack.category}/${attack.what}`;
  const tally = tallies.get(key);
  if (tally === undefined) {
    tallies.set(key, { attack, tried: 1, outcome, detail: detail.slice(0, 200) });
    return;
  }
  tally.tried++;
  if (SAYS[outcome] > SAYS[tally.outcome]) Object.assign(tally, { outcome, detail: detail.slice(0, 200) });
}

let earlier: RRef<Document> | null = null;

function visit(heap: DomainHeap, document: RRef<Document>, context: object): number {
  const attacks = [
    ...attacksOnDocuments(heap, document),
    ...(earlier === null ? [] : attacksOnEarlier(earlier)),
    ...attacksOnTheRealm(heap, document, context),
  ];
  for (const attack of attacks) make(attack);
  setTimeout(() => make({ category: 'stale handles', what: 'read a lent document from a timer, after its call', run: () => document.source }), 1);
  earlier = document;
  return attacks.length;
}

export default defineDomain({
  provides: { visitor: Visitor },
  init(context) {
    const { heap } = context;
    return {
      visitor: {
        visit: (document) => visit(heap, document, context),
        confess() {
          let list: RRef<Attempt> | null = null;
          for (const { attack, tried, outcome, detail } of [...tallies.values()].reverse()) {
            list = heap.alloc(Attempt, { category: attack.category, what: attack.what, tried, outcome, detail, next: list });
          }
          return list;
        },
        smuggle: (document) => document,
      },
    };
  },
});
