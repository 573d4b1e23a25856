/**
 * Whose call is served next. Each caller in turn, and the calls of one caller in the order in which it sent them: who sends two hundred calls at once makes nobody else wait for
 * more than a few of them.
 *
 * What the records say is a hint by the time it is read; whether a call still is to be served, its state tells.
 */
import { R_SEQUENCE, R_X_CALLER } from '../abi/record-layout.js';
import type { CallSpace } from './call-space.js';

/** Calls of one caller between two looks at who else waits, where others wait, too. */
export const CALLS_A_ROUND = 8;
/** And where nobody else did at the last look: to look takes as long as some ten calls when hundreds wait. */
export const CALLS_ALONE = 64;

export class Rota {
  readonly #space: CallSpace;
  /** The caller whose turn was last. */
  #last = 0;

  constructor(space: CallSpace) {
    this.#space = space;
  }

  /**
   * Which of the records that wait are to be served before the next look, and in which order. `seen` are those of one look at the mailbox, `sent` those of a second one that began when the first had ended.
   *
   * One look goes from word to word, so it may find a call and miss an earlier one of the same caller that came in a word it had passed. The second look finds that one. What it finds beside may lack its own forerunners, and waits.
   */
  round(seen: readonly number[], sent: number[]): number[] {
    const isSame = seen.length === sent.length && sent.every((record, index) => record === seen[index]);
    if (isSame && sent.length < 2) return sent;
    let callers = [...this.#byCaller(sent)];
    if (!isSame) callers = heldBack(callers, new Set(seen));
    if (callers.length === 0) return [];
    if (callers.length === 1) {
      [this.#last] = callers[0];
      return callers[0][1].slice(0, CALLS_ALONE);
    }
    callers.sort(([a], [b]) => this.#distance(a) - this.#distance(b));
    const order: number[] = [];
    for (let turn = 0; turn < CALLS_A_ROUND; turn++) {
      for (const [caller, records] of callers) {
        if (turn >= records.length) continue;
        order.push(records[turn]);
        this.#last = caller;
      }
    }
    return order;
  }

  /** How far a caller's turn is from the last one, callers being in a circle. */
  #distance(caller: number): number {
    return caller > this.#last ? caller - this.#last : caller - this.#last + 2 ** 32;
  }

  #byCaller(waiting: readonly number[]): Map<number, number[]> {
    const { words } = this.#space;
    const callers = new Map<number, number[]>();
    for (const record of waiting) {
      const caller = words[this.#space.at(record) + R_X_CALLER];
      const records = callers.get(caller);
      if (records === undefined) callers.set(caller, [record]);
      else records.push(record);
    }
    // The difference, because a count of calls wraps.
    const sentAt = (record: number): number => words[this.#space.at(record) + R_SEQUENCE];
    for (const records of callers.values()) if (records.length > 1) records.sort((a, b) => (sentAt(a) - sentAt(b)) | 0);
    return callers;
  }
}

/** Without what a caller has sent after the last of its calls that the first look found. */
function heldBack(callers: [number, number[]][], seen: ReadonlySet<number>): [number, number[]][] {
  for (const [, records] of callers) while (records.length > 0 && !seen.has(records[records.length - 1])) records.pop();
  return callers.filter(([, records]) => records.length > 0);
}
