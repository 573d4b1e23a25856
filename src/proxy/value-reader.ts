/** Reads the values of a call record, taking ownership of what moved: strings and bytes are copied out and their blocks freed, references become handles. */
import { firstPayloadByte, TYPE } from '../abi/heap-layout.js';
import { InvalidType } from '../shared-heap/faults.js';
import type { Reader } from '../shared-heap/types/codec-contract.js';
import { handles, type HandleType, type RRefHandle } from '../shared-heap/handles/handle.js';
import type { ThreadHeap } from '../shared-heap/heap.js';

/** Makes a proxy for a reference that came in a use of a record. */
export type CapabilityMaker = (interfaceId: string, provider: number, exported: number, record: number, word: number) => unknown;

export class ValueReader implements Reader {
  readonly #heap: ThreadHeap;
  readonly #capability: CapabilityMaker;
  readonly #record: number;
  readonly #word: number;
  /** Handles that end with the call. */
  lent: RRefHandle[] = [];

  /** Of the values of one use of a record, which its state word names. */
  constructor(heap: ThreadHeap, capability: CapabilityMaker, record: number, word: number) {
    this.#heap = heap;
    this.#capability = capability;
    this.#record = record;
    this.#word = word;
  }

  text(block: number, length: number): string {
    if (length === 0) return '';
    const at = firstPayloadByte(block);
    const text = this.#heap.views.node.toString('utf8', at, at + length);
    this.#heap.freeRaw(block);
    return text;
  }

  bytes(block: number, length: number): Uint8Array {
    const copy = new Uint8Array(length);
    if (length === 0) return copy;
    const at = firstPayloadByte(block);
    copy.set(this.#heap.views.bytes.subarray(at, at + length));
    this.#heap.freeRaw(block);
    return copy;
  }

  rref(type: HandleType, block: number, lent: boolean): RRefHandle {
    const index = this.#heap.views.words[(block << 2) + TYPE];
    if (index !== type.index) throw new InvalidType(`RRef<${type.name}>`, `a block of type number ${index}`);
    if (!lent) return handles.owned(this.#heap, type, block);
    const handle = handles.lent(this.#heap, type, block);
    this.lent.push(handle);
    return handle;
  }

  capability(interfaceId: string, provider: number, exported: number): unknown {
    return this.#capability(interfaceId, provider, exported, this.#record, this.#word);
  }
}
