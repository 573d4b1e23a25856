/**
 * Putting a staged value into a call record, and taking one out.
 *
 * A value's slots lie in the record's ARGS or RESULTS, its data in DATA. A value whose data is larger is written into a raw block of the heap instead, slots and data both;
 * the slots are then copied to the record, because what moves must be listed there, and the block itself is listed behind them.
 */
import { inTransit } from '../abi/domain-id.js';
import { firstPayloadByte, firstSlotWord, RAW_TYPE } from '../abi/heap-layout.js';
import { type R_ARGS, R_DATA, type R_RESULTS, R_SPILL, recordRef } from '../abi/record-layout.js';
import { alignUp } from '../abi/type-layout.js';
import type { Codec } from '../shared-heap/types/codec-contract.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { Staging } from '../shared-heap/types/staging.js';
import type { CallSpace } from './call-space.js';
import type { ValueReader } from './value-reader.js';

/** A part of a value: a parameter, or the whole result. */
export interface Part {
  readonly codec: Codec;
  readonly slot: number;
  readonly data: number;
}

export class RecordIo {
  readonly #space: CallSpace;
  readonly #heap: ThreadHeap;

  constructor(space: CallSpace, heap: ThreadHeap) {
    this.#space = space;
    this.#heap = heap;
  }

  /** A block for `bytes` of data behind `slots`; 0 where there is no room. */
  allocSpill(slots: number, bytes: number): number {
    return this.#heap.arena.alloc(alignUp(slots * 4, 8) + bytes, RAW_TYPE, 0, true);
  }

  /**
   * Writes the parts and puts all that moves in transit. Answers the granules that moved.
   * From the first `send` on, the record decides about the blocks: this runs within a marked operation.
   */
  write(at: number, area: typeof R_ARGS | typeof R_RESULTS, parts: readonly Part[], slots: number, spill: number, lentMask: number, staging: Staging): number {
    const { words } = this.#space;
    if (spill === 0) {
      for (const part of parts) part.codec.write(this.#space.views, at + area + part.slot, (at + R_DATA) * 4 + part.data, staging);
    } else {
      const dataAt = firstPayloadByte(spill) + alignUp(slots * 4, 8);
      for (const part of parts) part.codec.write(this.#heap.views, firstSlotWord(spill) + part.slot, dataAt + part.data, staging);
      for (let slot = 0; slot < slots; slot++) words[at + area + slot] = this.#heap.views.words[firstSlotWord(spill) + slot];
      words[at + area + slots] = spill;
    }
    words[at + R_SPILL] = spill;
    return this.#send(at, area, slots + (spill === 0 ? 0 : 1), lentMask);
  }

  #send(at: number, area: number, count: number, lentMask: number): number {
    const transit = inTransit(recordRef(this.#recordOf(at), this.#space.state(at)));
    let granules = 0;
    for (let slot = 0; slot < count; slot++) {
      const block = this.#space.words[at + area + slot];
      if (block === 0 || (lentMask & (1 << slot)) !== 0) continue;
      granules += this.#heap.ownership.total(block);
      this.#heap.ownership.send(block, transit);
    }
    return granules;
  }

  #recordOf(at: number): number {
    return (at - this.#space.at(0)) / (this.#space.at(1) - this.#space.at(0));
  }

  /** Granules of what moves, as its receiver would be charged. */
  granules(at: number, area: number, count: number, lentMask: number): number {
    let granules = 0;
    for (let slot = 0; slot < count; slot++) {
      const block = this.#space.words[at + area + slot];
      if (block !== 0 && (lentMask & (1 << slot)) === 0) granules += this.#heap.ownership.total(block);
    }
    return granules;
  }

  /** Makes this thread the owner of everything that moved. `charged` says whether it is to be charged, too. */
  take(at: number, area: number, count: number, lentMask: number, charged: boolean): void {
    for (let slot = 0; slot < count; slot++) {
      const block = this.#space.words[at + area + slot];
      if (block === 0 || (lentMask & (1 << slot)) !== 0) continue;
      if (charged) this.#heap.receive(block);
      else this.#heap.ownership.take(block);
    }
  }

  /** Frees what is in transit at this thread and nobody wants. It must be charged for it. */
  drop(at: number, area: number, count: number, lentMask: number): void {
    for (let slot = 0; slot < count; slot++) {
      const block = this.#space.words[at + area + slot];
      if (block === 0 || (lentMask & (1 << slot)) !== 0) continue;
      this.#heap.ownership.take(block);
      this.#heap.ownership.drop(block);
    }
  }

  /** Reads the parts. What moved must be this thread's by now. */
  read(at: number, area: number, parts: readonly Part[], slots: number, reader: ValueReader): unknown[] {
    const spill = this.#space.words[at + R_SPILL];
    const values: unknown[] = [];
    if (spill === 0) {
      for (const part of parts) values.push(part.codec.read(this.#space.views, at + area + part.slot, (at + R_DATA) * 4 + part.data, reader));
      return values;
    }
    const dataAt = firstPayloadByte(spill) + alignUp(slots * 4, 8);
    for (const part of parts) values.push(part.codec.read(this.#heap.views, firstSlotWord(spill) + part.slot, dataAt + part.data, reader));
    this.#heap.freeRaw(spill);
    return values;
  }
}
