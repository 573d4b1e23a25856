/** What the file system keeps of its files: one block for each, so that to write it is to make the file, whole or not at all. */
import type { DomainHeap } from 'deciduous/domain';
import { Block, type BlockDevice } from '../generated/block.js';

export const BLOCK_BYTES = 4096;
/** The first blocks of the device, one for each file that there can be. */
const INODES = 8;

export interface Inode {
  readonly name: string;
  /** Its first block; the others follow. */
  readonly start: number;
  readonly pages: number;
}

/** The device did not do what it was asked for. */
export class DeviceFailed extends Error {}

export class Inodes {
  readonly #files: (Inode | null)[] = [];
  readonly #device: BlockDevice;
  readonly #heap: DomainHeap;
  readonly #blocks: number;

  /** Reads them all: what a file system does when it begins to live. */
  constructor(device: BlockDevice, heap: DomainHeap) {
    this.#device = device;
    this.#heap = heap;
    const geometry = device.geometry();
    if (!geometry.ok) throw new DeviceFailed(geometry.error.message);
    this.#blocks = geometry.value.blocks;
    for (let number = 0; number < INODES; number++) this.#files.push(this.#read(number));
  }

  find(name: string): number | undefined {
    const number = this.#files.findIndex((inode) => inode?.name === name);
    return number < 0 ? undefined : number;
  }

  at(number: number): Inode | undefined {
    return this.#files[number] ?? undefined;
  }

  /** Answers its number; undefined where there is no room. */
  add(name: string, pages: number): number | undefined {
    const number = this.#files.indexOf(null);
    const start = this.#files.reduce((end, inode) => Math.max(end, inode === null ? 0 : inode.start + inode.pages), INODES);
    if (number < 0 || start + pages > this.#blocks) return undefined;
    const inode = { name, start, pages };
    const text = JSON.stringify(inode).padEnd(BLOCK_BYTES);
    using block = this.#heap.alloc(Block, { data: Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0x7f) });
    const answer = this.#device.write(number, block);
    if (!answer.ok) throw new DeviceFailed(answer.error.message);
    if (!answer.value.ok) throw new DeviceFailed(answer.value.error);
    this.#files[number] = inode;
    return number;
  }

  #read(number: number): Inode | null {
    const answer = this.#device.read(number);
    if (!answer.ok) throw new DeviceFailed(answer.error.message);
    if (!answer.value.ok) throw new DeviceFailed(answer.value.error);
    using block = answer.value.value;
    // A device that was never written is all zeros.
    const bytes = block.data.toUint8Array();
    return bytes[0] === 0 ? null : (JSON.parse(String.fromCharCode(...bytes)) as Inode);
  }
}
