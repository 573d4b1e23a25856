/**
 * What the model keeps of each life: its roots, the handles that were seen, what it is charged for; and the comparison of a handle with its value.
 *
 * Expectations are lists of reasons to refuse. The heap has to refuse for one of them, or succeed where there is none.
 */
import type { TypeRuntime } from '../../dist/shared-heap/types/type-runtime.js';
import { CHILDREN, type Kind, textBytes, type Tracked, type Value } from './model.js';
import type { Member } from './world.js';

const MOST_TRACKED = 40;

/** One life of a member, and what the model knows of it. */
export interface Life {
  readonly member: Member;
  readonly types: { readonly [kind in Kind]: TypeRuntime };
  roots: Value[];
  /** Dropped while lent: what is charged until the last borrow ends. */
  readonly dropped: Set<Value>;
  tracked: Tracked[];
  charged: number;
  quota: number;
}

export class Mismatch extends Error {}

export class Ledger {
  /** How often each thing was done, and how often it was refused. */
  readonly tally = new Map<string, number>();

  handle(life: Life, choice: number, kind: Kind | 'any' = 'any'): Tracked | undefined {
    const known = [...life.roots.flatMap((root) => root.owned ?? []), ...life.tracked];
    const fitting = known.filter(({ kind: of, value }) => of !== 'bytes' && of !== 'text' && (kind === 'any' || value.kind === kind));
    // One in eight times any, ended or not.
    const wanted = choice % 8 === 0 ? fitting : fitting.filter(isAlive);
    return at(wanted, choice >> 3);
  }

  /** A handle that is to move: most often one that may. */
  root(life: Life, choice: number, kind: Kind | 'any' = 'any'): Tracked | undefined {
    if (choice % 8 === 0) return this.handle(life, choice >> 3, kind);
    const movable = life.roots.filter((root) => root.owned !== null && root.lent === 0 && (kind === 'any' || root.kind === kind));
    return at(movable, choice >> 3)?.owned ?? undefined;
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  /** Does what the heap has to refuse for one of the reasons, or else succeed at. */
  expect<T>(what: string, reasons: readonly string[], act: () => T): { readonly value: T } | null {
    let value: T;
    try {
      value = act();
    } catch (error) {
      const { name, message } = error as Error;
      if (!reasons.includes(name)) throw new Mismatch(`${what} threw ${name} (${message}); expected ${reasons.join(' or ') || 'success'}`);
      this.count(`${what}: ${name}`);
      return null;
    }
    if (reasons.length > 0) throw new Mismatch(`${what} succeeded; expected ${reasons.join(' or ')}`);
    this.count(what);
    return { value };
  }

  same(what: string, heap: unknown, model: unknown): void {
    if (!Object.is(heap, model)) throw new Mismatch(`${what}: the heap says ${String(heap).slice(0, 80)}, the model ${String(model).slice(0, 80)}`);
  }

  track(life: Life, tracked: Tracked): Tracked {
    life.tracked.push(tracked);
    if (life.tracked.length > MOST_TRACKED) life.tracked.shift();
    return tracked;
  }

  /** A root that has come to a life, by whatever way. */
  own(life: Life, value: Value, handle: unknown): Tracked {
    const tracked: Tracked = { handle, value, kind: 'owned', owner: null, hasEnded: false };
    value.parent = null;
    value.owned = tracked;
    life.roots.push(value);
    return tracked;
  }

  /** The root is no longer this life's: its handle ends, and with it all views. */
  disown(life: Life, root: Value): void {
    const { owned } = root;
    if (owned !== null) {
      owned.hasEnded = true;
      this.track(life, owned);
    }
    root.owned = null;
    life.roots.splice(life.roots.indexOf(root), 1);
  }

  /** Something was detached below the handle: every other view of the tree has ended. */
  reshape(life: Life, by: Tracked): void {
    const owner = by.owner ?? by;
    for (const tracked of life.tracked) if (tracked.owner === owner && tracked !== by) tracked.hasEnded = true;
  }

  whyNotWrite(tracked: Tracked): string[] {
    return isAlive(tracked) && tracked.value.root.lent === 0 ? [] : ['LifetimeViolation'];
  }

  whyNotMove(tracked: Tracked, kind: Kind): string[] {
    const reasons = tracked.value.kind === kind ? [] : ['InvalidType'];
    if (!isAlive(tracked) || tracked.kind !== 'owned' || tracked.value.lent > 0) reasons.push('LifetimeViolation');
    return reasons;
  }

  whyNotCharge(life: Life, granules: number): string[] {
    return life.charged + granules > life.quota ? ['ResourceExhausted'] : [];
  }

  /** Compares one node; `c` says what to keep a view of. */
  readNode(life: Life, tracked: Tracked, c: number): void {
    const { handle, value } = tracked;
    this.same('flags', handle.flags, value.flags);
    this.same('level', handle.level, value.level);
    this.same('text', handle.text, value.text);
    const bytes = handle.data;
    this.same('length of bytes', bytes.length, value.data.length);
    if (!bytes.equals(value.data)) throw new Mismatch('the bytes differ');
    CHILDREN.forEach(([name], place) => {
      const child = value.children[place];
      const view = handle[name];
      this.same(`whether ${name} is there`, view !== null, child !== null);
      if (child !== null && (c + place) % 4 === 0) this.view(life, tracked, view, child, 'view');
    });
    if (c % 5 === 0) this.view(life, tracked, bytes, value, 'bytes', value.data.length);
    if (c % 7 === 0) this.view(life, tracked, handle.bytesOf('text'), value, 'text', textBytes(value.text));
  }

  view(life: Life, through: Tracked, handle: unknown, value: Value, kind: Tracked['kind'], length = 0): void {
    this.track(life, { handle, value, kind, owner: through.owner ?? through, hasEnded: false, length });
  }

  compareContainer(life: Life, tracked: Tracked, c: number): void {
    const { handle, value } = tracked;
    if (value.kind === 'numbers') {
      this.same('length', handle.length, value.numbers.length);
      const place = value.numbers.length === 0 ? 0 : c % value.numbers.length;
      this.same('number', handle.at(place), value.numbers[place]);
      if (!Buffer.from(handle.toTypedArray().buffer).equals(Buffer.from(value.numbers.buffer, value.numbers.byteOffset, value.numbers.byteLength))) {
        throw new Mismatch('the numbers differ');
      }
      return;
    }
    this.same('length', handle.length, value.children.length);
    const seen = [...handle];
    this.same('length of the iteration', seen.length, value.children.length);
    value.children.forEach((child, place) => {
      this.same('whether an element is there', seen[place] !== null, child !== null);
      if (child === null) return;
      this.same('flags of an element', seen[place].flags, child.flags);
      if ((c + place) % 3 === 0) this.view(life, tracked, seen[place], child, 'view');
    });
  }

  /** Compares all that a handle reaches. */
  compareTree(top: Tracked): void {
    const stack: [any, Value][] = [[top.handle, top.value]];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [handle, value] = next;
      const tracked: Tracked = { handle, value, kind: 'view', owner: null, hasEnded: false };
      const life = NOBODY;
      if (value.kind === 'node') {
        this.readNode(life, tracked, 1);
        CHILDREN.forEach(([name], place) => {
          const child = value.children[place];
          if (child !== null) stack.push([handle[name], child]);
        });
      } else {
        this.compareContainer(life, tracked, 1);
        value.children.forEach((child, place) => {
          if (child !== null) stack.push([handle.get(place), child]);
        });
      }
    }
  }
}

/** Who tracks nothing. */
const NOBODY = { tracked: [] as Tracked[] } as unknown as Life;

export function isAlive(tracked: Tracked): boolean {
  return !tracked.hasEnded && (tracked.owner === null || !tracked.owner.hasEnded);
}

export function at<T>(list: readonly T[], choice: number): T | undefined {
  return list.length === 0 ? undefined : list[choice % list.length];
}
