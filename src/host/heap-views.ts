/**
 * Views of the shared heap for the host: the memory itself, without a copy.
 *
 * A view is revoked by convention: nobody can take an array away, so whoever has one releases it before the value is sent, dropped or assigned over. `findings` says of every view that is
 * still out whether its block is what it was, and `kernel.audit()` asks.
 *
 * Deliberately not here: anything that a domain could reach.
 */
import type { Claim } from '../shared-heap/handles/handle.js';
import { load } from '../abi/atomics.js';
import { firstPayloadByte, firstSlotWord, GENERATION, X_OWNER } from '../abi/heap-layout.js';
import { ownedBy } from '../abi/domain-id.js';
import { handles, type RRefHandle } from '../shared-heap/handles/handle.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { Finding } from '../shared-heap/audit/invariants.js';
import type { TypeRuntime } from '../shared-heap/types/type-runtime.js';

/** Shared memory, to be read and, where the value is the host's own and not lent, written. */
export interface HeapView {
  readonly bytes: Uint8Array;
  /** Says that `bytes` is not used any more. Repeatable. */
  release(): void;
  [Symbol.dispose](): void;
}

interface Place {
  readonly block: number;
  readonly at: number;
  readonly length: number;
}

interface OutstandingView extends Place {
  readonly what: string;
  readonly generation: number;
  /** Of a lent value: its handle's root and epoch, which change when the call ends. Null for the host's own. */
  readonly lent: { readonly root: Claim; readonly epoch: number } | null;
}

export class HeapViews {
  readonly #heap: ThreadHeap;
  readonly #out = new Set<OutstandingView>();

  constructor(heap: ThreadHeap) {
    this.#heap = heap;
  }

  /** A view of a string or bytes field, of an `RRefVec` of numbers, or, without a field, of the value's data behind its child slots. Throws a TypeError for anything else. */
  take(handle: unknown, field?: string): HeapView {
    if (!handles.is(handle)) throw new TypeError('heap.view() takes a handle to a value on the shared heap');
    const type = handles.typeOf(handle) as TypeRuntime;
    const block = handles.blockToRead(handle);
    const place = field === undefined ? this.#whole(type, block) : this.#field(handle, type, block, field);
    const bytes = this.#heap.views.bytes.subarray(place.at, place.at + place.length);
    const isMine = this.#ownerOf(block) === ownedBy(this.#heap.me);
    const out: OutstandingView = {
      ...place,
      what: field === undefined ? type.name : `${type.name}.${field}`,
      generation: this.#heap.views.words[(place.block << 2) + GENERATION],
      lent: isMine ? null : { root: handles.rootOf(handle), epoch: handles.epochOf(handle) },
    };
    // What is empty has no block that could go.
    if (place.length > 0) this.#out.add(out);
    const release = (): void => void this.#out.delete(out);
    return Object.freeze({ bytes, release, [Symbol.dispose]: release });
  }

  #whole(type: TypeRuntime, block: number): Place {
    if (type.vec !== null) return this.#numbers(type, block);
    if (type.fields.size === 0) throw new TypeError(`${type.label} has children and no bytes of its own: view one of its elements`);
    return { block, at: firstPayloadByte(block) + type.dataAt, length: type.payloadBytes - type.dataAt };
  }

  #numbers(type: TypeRuntime, block: number): Place {
    const { vec } = type;
    if (vec === null || vec.array === null) throw new TypeError(`${type.label} has no numbers to be viewed`);
    return { block, at: firstPayloadByte(block), length: vec.lengthOf(block) * vec.stride };
  }

  #field(handle: RRefHandle, type: TypeRuntime, block: number, name: string): Place {
    const field = type.fields.get(name);
    if (field === undefined) throw new TypeError(`${type.name} has no field '${name}'`);
    if (field.type.kind === 'string' || field.type.kind === 'bytes') {
      const child = this.#heap.views.words[firstSlotWord(block) + field.slot];
      return { block: child, at: firstPayloadByte(child), length: this.#heap.views.unsigned[(firstPayloadByte(block) + field.data) >>> 2] };
    }
    const target: unknown = Reflect.get(handle, name);
    if (handles.is(target)) return this.#numbers(handles.typeOf(target) as TypeRuntime, handles.blockToRead(target));
    throw new TypeError(`${type.name}.${name} cannot be viewed: ${target === null ? 'it is empty' : 'that is for string, bytes and an RRefVec of numbers'}`);
  }

  #ownerOf(block: number): number {
    const { ownership, views } = this.#heap;
    return load(views.words, (ownership.rootOf(block) << 2) + X_OWNER);
  }

  /** Views that are out and name what is not the host's any more. To be asked while nothing is under way. */
  findings(): Finding[] {
    const findings: Finding[] = [];
    for (const view of this.#out) {
      const reason = this.#whyNot(view);
      if (reason !== undefined)
        findings.push({
          invariant: 'a-host-view-is-of-a-live-block',
          detail: `the view of ${view.what} was not released, and its block ${view.block} ${reason}`,
        });
    }
    return findings;
  }

  #whyNot({ block, generation, lent }: OutstandingView): string | undefined {
    if (this.#heap.views.words[(block << 2) + GENERATION] !== generation) return 'has been freed';
    if (lent !== null) return handles.isCurrent(lent.root, lent.epoch) ? undefined : 'was lent for a call that has ended';
    return this.#ownerOf(block) === ownedBy(this.#heap.me) ? undefined : 'has moved away';
  }
}
