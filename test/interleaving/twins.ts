/**
 * Twins: the heap with one thing wrong, each in a way in which somebody could have written it. The explorer has to catch every one of them, in the pairs named here; one that it does not catch is
 * either no fault at all or a hole in the explorer.
 */
import type { Spec } from './stage.js';
import type { Twin } from './stepped-build.js';

export interface PlantedTwin extends Twin {
  readonly pairs: readonly Spec[];
}

const ARENA = 'shared-heap/pages/arena.js';
const SMALL_PAGES = 'shared-heap/pages/small-pages.js';
const PAGES = 'shared-heap/pages/page-table.js';
const OWNERSHIP = 'shared-heap/ownership/ownership.js';
const RECLAIMER = 'shared-heap/reclaimer.js';

const CLAIM = 'if (swapIf(this.#words, this.entry(start + taken) + X_PAGE_OWNER, PAGE_FREE, this.#me))';

const ADOPT = 'const cache = PageCache.adopt(this.#words, page, this.#words[this.#pages.entry(page) + PAGE_SIZE]);';

export const TWINS: readonly PlantedTwin[] = [
  {
    name: 'a page is claimed with a plain store',
    file: PAGES,
    edits: [{ find: CLAIM, replace: 'if ((store(this.#words, this.entry(start + taken) + X_PAGE_OWNER, this.#me), true))' }],
    pairs: [{ first: 'alloc-first-page', second: 'alloc-first-page' }],
  },
  {
    name: 'a page is touched after it has been claimed',
    file: PAGES,
    edits: [
      { find: `this.touch(start + taken);\n            ${CLAIM}`, replace: CLAIM },
      {
        find: 'this.#map.markHad(start, count);\n        return true;',
        replace: 'this.#map.markHad(start, count);\n        this.touch(start);\n        return true;',
      },
    ],
    pairs: [{ first: 'alloc-first-page', second: 'alloc' }],
  },
  {
    name: 'an abandoned page is adopted with a plain store',
    file: PAGES,
    edits: [
      {
        find: 'return swapIf(this.#words, this.entry(page) + X_PAGE_OWNER, PAGE_ABANDONED, this.#me);',
        replace: 'return (store(this.#words, this.entry(page) + X_PAGE_OWNER, this.#me), true);',
      },
    ],
    pairs: [{ first: 'alloc-adopt', second: 'free-abandoned' }],
  },
  {
    name: 'the head of a span stays a head until it is free',
    file: PAGES,
    edits: [{ find: 'store(this.#words, this.entry(head) + PAGE_KIND, PageKind.None);', replace: '' }],
    pairs: [{ first: 'alloc-first-page', second: 'free-own-span', room: 2 }],
  },
  {
    name: 'a drain clears the bit before it changes the word',
    file: SMALL_PAGES,
    edits: [
      {
        find: 'this.#owners.commit(block, NOBODY);\n                if (cache',
        replace: 'clearBits(this.#words, entry + X_REMOTE + word, bits);\n                this.#owners.commit(block, NOBODY);\n                if (cache',
      },
    ],
    pairs: [{ first: 'sweep', second: 'free-remote' }],
  },
  {
    name: 'the remote bit is set before the word says freeing',
    file: ARENA,
    edits: [
      {
        find: 'this.commit(block, freeingBy(this.me));',
        replace:
          'if (words[this.pages.entry(page) + PAGE_KIND] === PageKind.Small) this.#markRemote(page, block);\n        this.commit(block, freeingBy(this.me));',
      },
    ],
    pairs: [{ first: 'sweep', second: 'free-remote' }],
  },
  {
    name: 'the hint of remote bits is cleared after the drain',
    file: SMALL_PAGES,
    edits: [
      { find: 'if (exchange(this.#control, this.#row + X_REMOTE_HINT, 0) === 0)', replace: 'if (load(this.#control, this.#row + X_REMOTE_HINT) === 0)' },
      { find: 'sweep() {\n        this.drain();', replace: 'sweep() {\n        this.drain();\n        store(this.#control, this.#row + X_REMOTE_HINT, 0);' },
    ],
    pairs: [{ first: 'sweep', second: 'free-remote' }],
  },
  {
    name: 'the mark of remote bits is cleared after they have been drained',
    file: SMALL_PAGES,
    edits: [
      { find: 'store(this.#words, entry + X_REMOTE_ANY, 0);', replace: '' },
      {
        find: 'clearBits(this.#words, entry + X_REMOTE + word, bits);\n        }',
        replace: 'clearBits(this.#words, entry + X_REMOTE + word, bits);\n        }\n        store(this.#words, entry + X_REMOTE_ANY, 0);',
      },
    ],
    pairs: [{ first: 'sweep', second: 'free-remote' }],
  },
  {
    name: 'an adopted page is read before it is drained',
    file: SMALL_PAGES,
    edits: [{ find: `this.#drainBits(page, null);\n        ${ADOPT}`, replace: `${ADOPT}\n        this.#drainBits(page, null);` }],
    pairs: [{ first: 'alloc-span', second: 'free-abandoned' }],
  },
  {
    name: 'a value is taken from a call without touching its page',
    file: OWNERSHIP,
    edits: [{ find: 'this.#arena.pages.touch(block >>> PAGE_SHIFT);', replace: '' }],
    pairs: [{ first: 'send', second: 'serve' }],
  },
  {
    name: 'a detach clears the slot first',
    file: OWNERSHIP,
    edits: [
      {
        find: 'this.#arena.commit(child, this.#mine);\n        this.#words[slotWord] = 0;',
        replace: 'this.#words[slotWord] = 0;\n        this.#arena.commit(child, this.#mine);',
      },
    ],
    pairs: [{ first: 'detach', second: 'alloc' }],
  },
  {
    name: 'a drop frees the parent while its children still name it',
    file: OWNERSHIP,
    edits: [{ find: 'this.#arena.commit(child, this.#mine);\n                stack.push(child);', replace: 'stack.push(child);' }],
    pairs: [{ first: 'free-tree', second: 'alloc' }],
  },
  {
    name: 'the reclaimer leaves alone what the dead one was giving back',
    file: RECLAIMER,
    edits: [{ find: 'if (word === freeing)', replace: 'if (word === freeing && page < 0)' }],
    pairs: [{ first: 'alloc', second: 'free-remote' }],
  },
  {
    name: 'the reclaimer reads the word before the bit',
    file: RECLAIMER,
    edits: [{ find: 'else if (this.#owner(block) === freeing)', replace: 'else' }],
    pairs: Array.from({ length: 10 }, (_, at) => ({ first: 'reclaim', second: 'sweep', killed: { transition: 'free-remote', at } })),
  },
  {
    name: 'the reclaimer leaves a span to its owner with a plain store',
    file: RECLAIMER,
    edits: [{ find: 'swapIf(this.#words, entry + X_PAGE_OWNER, dead, SPAN_ABANDONED);', replace: 'store(this.#words, entry + X_PAGE_OWNER, SPAN_ABANDONED);' }],
    pairs: [{ first: 'reclaim', second: 'free-span' }],
  },
  {
    name: 'a caller does not look again after it has sent',
    file: 'proxy/sender.js',
    edits: [{ find: 'if (space.isLive(callee)) {', replace: 'if (callee !== 0) {' }],
    pairs: [{ first: 'reclaim', second: 'send' }],
  },
  {
    name: 'what a dead callee was answering with is not dropped',
    file: 'proxy/settlement.js',
    edits: [
      {
        find: 'this.#dropTransit(at, word, record, R_RESULTS, this.#words[at + R_RESULT_SLOTS]);\n            if (!hold(record))',
        replace: 'if (!hold(record))',
      },
    ],
    pairs: [{ first: 'alloc', second: 'reply' }],
  },
  {
    name: 'an outcome that an overflow tears leaves no mark',
    file: 'proxy/outcomes.js',
    edits: [
      { find: 'operation.waits++;\n        const outcome', replace: 'const outcome' },
      { find: 'operation.waits--;\n        return outcome;', replace: 'return outcome;' },
    ],
    pairs: [{ first: 'alloc', second: 'return' }],
  },
];
