/**
 * Twins of the call record: the call path with one thing wrong, each in a way in which somebody could have written it. Deaths in calls, or two parts that meet, have to show every one of them; the scene or
 * meeting named here does.
 */
import type { Twin } from './stepped-build.js';

export interface CallTwin extends Twin {
  /** What shows it: the name of a scene or of a meeting. */
  readonly by: string;
}

const SETTLEMENT = 'proxy/settlement.js';
const OUTCOMES = 'proxy/outcomes.js';
const REPLIES = 'proxy/replies.js';
const SPACE = 'proxy/call-space.js';

const SWAP = 'a call that moves one value, lends another, passes a text and is answered with a value that moves';
const GIVEN_UP = 'a call that its caller gives up while it runs';
const REFUSED = 'a call that its callee refuses for want of room';

export const CALL_TWINS: readonly CallTwin[] = [
  {
    name: 'settled without a verdict',
    file: SETTLEMENT,
    edits: [{ find: 'this.#words[at + R_X_VERDICT] = verdict;', replace: '' }],
    by: SWAP,
  },
  {
    name: 'a refused call leaves its arguments in transit',
    file: OUTCOMES,
    edits: [{ find: 'io.take(at, R_ARGS, this.#words[at + R_ARG_SLOTS], method.lentMask, false);', replace: '' }],
    by: REFUSED,
  },
  {
    name: 'a refused call gives back values and no handles',
    file: OUTCOMES,
    edits: [{ find: 'handles.revive(handle);', replace: '' }],
    by: REFUSED,
  },
  {
    name: 'a call is taken with a plain store',
    file: 'proxy/callee.js',
    edits: [
      {
        find: 'if (!space.move(at, word, CallState.Sent, CallState.Running))\n            return;',
        replace: 'words[at] = (word & ~15) | CallState.Running;',
      },
    ],
    by: 'a call is served, and its caller gives it up',
  },
  {
    name: 'a reply that comes too late is not dropped',
    file: REPLIES,
    edits: [{ find: 'io.drop(at, R_RESULTS, count, 0);', replace: '' }],
    by: GIVEN_UP,
  },
  {
    name: 'a callee lets go of orphaned calls and not of abandoned ones',
    file: REPLIES,
    edits: [{ find: 'if (!space.move(serving.at, serving.word, CallState.Abandoned, CallState.Ended))', replace: '' }],
    by: GIVEN_UP,
  },
  {
    name: 'the kernel releases what a dead caller had sent while it still runs',
    file: SETTLEMENT,
    edits: [
      {
        find: 'case CallState.Orphaned:\n                    return {',
        replace: 'case CallState.Orphaned:\n                    this.free(record);\n                    return null && {',
      },
    ],
    by: SWAP,
  },
  {
    name: 'the kernel takes out what a dead caller had sent without asking whether it has begun',
    file: SETTLEMENT,
    edits: [
      {
        find: 'this.#space.move(at, word, CallState.Sent, CallState.Refused);\n                    continue;',
        replace:
          'this.#dropTransit(at, word, record, R_ARGS, this.#words[at + R_ARG_SLOTS]);\n                    this.free(record);\n                    return null;',
      },
    ],
    by: 'the kernel buries a caller, and its call is served',
  },
  {
    name: 'the answer to a dead caller is left in transit',
    file: SETTLEMENT,
    edits: [
      {
        find: 'case CallState.Replied:\n                    this.#dropTransit(at, word, record, R_RESULTS, this.#words[at + R_RESULT_SLOTS]);',
        replace: 'case CallState.Replied:',
      },
    ],
    by: SWAP,
  },
  {
    name: 'a record is released before its borrows have ended',
    file: OUTCOMES,
    edits: [{ find: 'this.#lingering.push(call);', replace: 'this.#free(call);' }],
    by: GIVEN_UP,
  },
  {
    name: 'a record is used again while its condemned callee may still write',
    file: OUTCOMES,
    edits: [
      {
        find: 'if (callState(this.#context.space.state(call.at)) !== CallState.Ended)',
        replace: 'if (callState(this.#context.space.state(call.at)) < CallState.Abandoned)',
      },
    ],
    by: SWAP,
  },
  {
    name: 'a verdict that came too late stays for the next use of the record',
    file: SETTLEMENT,
    edits: [{ find: '#takeBackVerdict(at) {\n        this.#words[at + R_X_VERDICT] = 0;', replace: '#takeBackVerdict(at) {' }],
    by: 'the kernel finds a wait-for cycle, and the call is given up and its record used again',
  },
  {
    name: 'a caller does not look at the callee again after it has sent',
    file: 'proxy/sender.js',
    edits: [{ find: 'if (space.isLive(callee)) {', replace: 'if (callee !== 0) {' }],
    by: SWAP,
  },
  {
    name: 'a wait has no bound but the deadline',
    file: 'proxy/caller.js',
    edits: [{ find: 'Math.min(LONGEST_WAIT_MS, Math.max(0, call.deadline - nowMs()))', replace: 'Math.max(0, call.deadline - nowMs())' }],
    by: SWAP,
  },
  {
    name: 'callers are settled before the domain is marked dead',
    file: 'microkernel/undertaker.js',
    edits: [
      { find: 'this.table.set(life.id, LifeState.Dead);', replace: '' },
      { find: 'life.settledAfterMs = nowMs()', replace: 'this.table.set(life.id, LifeState.Dead);\n        life.settledAfterMs = nowMs()' },
    ],
    by: 'the kernel marks a domain dead, and somebody sends to it',
  },
  {
    name: 'a record is claimed with a plain store',
    file: SPACE,
    edits: [{ find: '!swapIf(this.words, at + R_X_CALLER, 0, this.#id)', replace: '(store(this.words, at + R_X_CALLER, this.#id), false)' }],
    by: 'one sends, and another sends into the same mailbox',
  },
  {
    name: 'a record that is released belongs to nobody before it is free',
    file: SPACE,
    edits: [
      { find: 'this.words[at + R_STATE] = nextUse(word);', replace: '' },
      {
        find: 'store(this.words, at + R_X_CALLER, 0);',
        replace: 'store(this.words, at + R_X_CALLER, 0);\n        store(this.words, at + R_STATE, nextUse(word));',
      },
    ],
    by: 'one takes its outcome and releases the record, and another sends',
  },
  {
    name: 'a panic writes its fault into a call that has been answered',
    file: 'proxy/panic.js',
    edits: [{ find: 'if (isRunning && ', replace: 'if (serving !== null && ' }],
    by: 'a call that is answered with a value of the wrong type',
  },
  {
    name: 'what a dead callee was answering with is left in transit',
    file: SETTLEMENT,
    edits: [
      {
        find: 'this.#dropTransit(at, word, record, R_RESULTS, this.#words[at + R_RESULT_SLOTS]);\n            if (!hold(record))',
        replace: 'if (!hold(record))',
      },
    ],
    by: SWAP,
  },
  {
    name: 'a call that waits in a dead domain is abandoned as if it had begun',
    file: SETTLEMENT,
    edits: [{ find: 'const next = state === CallState.Sent ? CallState.Refused : CallState.Abandoned;', replace: 'const next = CallState.Abandoned;' }],
    by: 'two calls that wait in one mailbox, one behind the other',
  },
];
