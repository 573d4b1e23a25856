/** What a guarded kernel consists of, in the order in which it came: each new process is given the same. */
import type { Session } from './session.js';

export interface Member {
  /** The number of the supervisor that it stands under; null for none. */
  readonly supervisor: number | null;
  /** Brings it into a new process. Answers the name of a program that lives again, and else null. Rejects with ProcessGone where the process ends meanwhile. */
  again(session: Session): Promise<string | null>;
  /** Its supervisor is unloaded, and it with that. */
  unloaded(): void;
}

export class Lineup {
  readonly #members = new Map<number, Member>();
  #last = 0;

  /** A number for a member to come; no other gets it. */
  newNumber(): number {
    return ++this.#last;
  }

  get lastNumber(): number {
    return this.#last;
  }

  add(number: number, member: Member): void {
    this.#members.set(number, member);
  }

  /** Whether one may stand under it: it is there, or it is none. */
  takes(supervisor: number | null): boolean {
    return supervisor === null || this.#members.has(supervisor);
  }

  remove(number: number): void {
    this.#members.delete(number);
  }

  /** Removes a supervisor and all that stands under it, and tells them. Answers the numbers of what stood under it. */
  removeTree(supervisor: number): number[] {
    const gone = new Set([supervisor]);
    // A parent comes before its children.
    for (const [number, member] of this.#members) {
      if (member.supervisor === null || !gone.has(member.supervisor)) continue;
      gone.add(number);
      member.unloaded();
    }
    for (const number of gone) this.#members.delete(number);
    gone.delete(supervisor);
    return [...gone];
  }

  /** Brings all of it into a new process. Answers the programs that live again. Rejects with ProcessGone where that ends, too. */
  async again(session: Session): Promise<readonly string[]> {
    const names: string[] = [];
    for (const member of this.#members.values()) {
      const name = await member.again(session);
      if (name !== null) names.push(name);
    }
    return names;
  }
}
