/**
 * What a heap looks like in which nobody has anything, as one number: the state of every page, and what every domain
 * is charged for and has touched, hashed. Generations and sizes
 * that a free page remembers are left out, and so is what free pages contain: whoever gets a block gets it zeroed.
 */
import { createHash } from 'node:crypto';
import { load } from '../../abi/atomics.js';
import { FIRST_DOMAIN_INDEX, MAX_DOMAINS } from '../../abi/domain-id.js';
import { PAGE_ENTRY_WORDS, PAGE_KIND, X_PAGE_OWNER, X_REMOTE, X_REMOTE_ANY } from '../../abi/heap-layout.js';
import { CHARGED, threadRow, touchedRow, touchedWords } from '../../abi/thread-layout.js';
import type { SharedState } from '../shared-state.js';

/** The first 16 hexadecimal digits of the SHA-256 of the heap's bookkeeping. The same after boot, and whenever all domains have gone and the host owns nothing. */
export function emptinessHash(shared: SharedState): string {
  const hash = createHash('sha256');
  const heap = shared.heapViews.words;
  const control = shared.controlViews.words;
  // Not X_REMOTE_ANY: who sets a bit says so afterwards, and by then the page may have been drained, and be free.
  const words = new Int32Array(2 + X_REMOTE_ANY - X_REMOTE);
  for (let page = shared.firstPage; page < shared.pages; page++) {
    const entry = page * PAGE_ENTRY_WORDS;
    words[0] = load(heap, entry + X_PAGE_OWNER);
    words[1] = heap[entry + PAGE_KIND];
    for (let at = X_REMOTE; at < X_REMOTE_ANY; at++) words[2 + at - X_REMOTE] = load(heap, entry + at);
    hash.update(words);
  }
  for (let index = FIRST_DOMAIN_INDEX; index < MAX_DOMAINS; index++) {
    hash.update(Int32Array.of(load(control, threadRow(index) + CHARGED)));
    hash.update(control.slice(touchedRow(index, shared.pages), touchedRow(index, shared.pages) + touchedWords(shared.pages)));
  }
  return hash.digest('hex').slice(0, 16);
}
