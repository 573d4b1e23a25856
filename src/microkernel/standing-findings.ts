/** Findings of an audit that stand. Other threads go on while one looks, so a single look may meet what is merely under way, or half undone by a thread that the system lets wait. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditFinding } from '../abi/kernel-protocol.js';

/** Between one look and the next. The last ones are longer than a thread of a busy machine waits for its turn. */
const PAUSES_MS = [2, 5, 10, 20, 40, 80];

const asText = ({ invariant, detail }: AuditFinding): string => `${invariant} ${detail}`;

/** What is found, word for word, at each of several looks, in the order of the first. There is no second look where there is nothing to look at again. */
export async function standingFindings(look: () => Promise<readonly AuditFinding[]>): Promise<readonly AuditFinding[]> {
  let standing = await look();
  for (const pauseMs of PAUSES_MS) {
    if (standing.length === 0) break;
    await delay(pauseMs);
    const now = new Set((await look()).map(asText));
    standing = standing.filter((finding) => now.has(asText(finding)));
  }
  return standing;
}
