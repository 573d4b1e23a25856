/**
 * The client: reads and writes pages of one file, and holds the machine to its word. It remembers the last version of each page whose write was answered; whatever is read has to be that very version, byte by byte.
 * Its calls are asynchronous, because the host serves the file below meanwhile. It has no second attempt of its own: that somebody crashed it learns only because it has armed the defect itself.
 */
import type { RRef } from 'deciduous';
import { Block } from './generated/block.js';
import type { Files } from './generated/recovery.js';
import { PAGE_BYTES, versionIn, writePage } from './pages.js';
import type { Rig, Whom } from './rig.js';

export type Work = 'read' | 'write';

/** One crash, as the client saw it. */
export interface Crash {
  /** Milliseconds since the run began, and until the call that met it had a good answer. */
  readonly atMs: number;
  readonly tookMs: number;
}

export interface Faults {
  readonly whom: Whom;
  readonly everyMs: number;
}

export interface Window {
  readonly seconds: number;
  readonly pages: number;
  readonly crashes: readonly Crash[];
  /** Pages in each 10 ms. */
  readonly slots: Uint32Array;
}

export const SLOT_MS = 10;
/** Between two looks at the clock by the progress of a run. */
const TELL_MS = 100;

export class Client {
  readonly #files: Files;
  readonly #rig: Rig;
  readonly #file: number;
  /** The versions that were acknowledged. */
  readonly #versions: Uint32Array;
  readonly #words = new Uint32Array(PAGE_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  readonly #block: RRef<Block>;
  #next = 0;
  #crashes = 0;
  /** Pages that were not what was acknowledged, or could not be read; and calls that failed. */
  wrong = 0;
  failed = 0;

  private constructor(rig: Rig, file: number, pages: number) {
    this.#rig = rig;
    this.#files = rig.files;
    this.#file = file;
    this.#versions = new Uint32Array(pages);
    this.#block = rig.kernel.heap.alloc(Block, { data: new Uint8Array(PAGE_BYTES) });
  }

  /** Opens a file and writes every page of it. */
  static async open(rig: Rig, name: string, pages: number): Promise<Client> {
    const opened = await rig.files.async.open(name, pages);
    if (!opened.ok) throw new Error(opened.error.message);
    if (!opened.value.ok) throw new Error(`the file could not be opened: ${opened.value.error}`);
    const client = new Client(rig, opened.value.value, pages);
    for (let page = 0; page < pages; page++) await client.#write(page);
    return client;
  }

  /** Reads or writes page after page for so long, one at a time; with faults until at least one crash has been met. */
  async run(work: Work, ms: number, faults: Faults | null, tell: (elapsedMs: number, crashes: number) => void = () => {}): Promise<Window> {
    const slots = new Uint32Array(Math.ceil(ms / SLOT_MS));
    const crashes: Crash[] = [];
    const began = performance.now();
    let pages = 0;
    let due = faults === null ? Number.POSITIVE_INFINITY : Math.min(faults.everyMs, ms) / 2;
    let told = 0;
    for (let now = 0; now < ms || (faults !== null && crashes.length === 0); ) {
      const isArmed = now >= due && faults !== null && (await this.#rig.arm(faults.whom, this.#crashes % 2 === 0 ? 'Before' : 'After'));
      const from = performance.now();
      const page = this.#next++ % this.#versions.length;
      if (work === 'read') await this.#read(page);
      else await this.#write(page);
      const at = performance.now();
      now = at - began;
      pages++;
      const slot = Math.floor(now / SLOT_MS);
      if (slot < slots.length) slots[slot]++;
      if (isArmed) {
        this.#crashes++;
        crashes.push({ atMs: from - began, tookMs: at - from });
        due += faults.everyMs;
      }
      if (now - told < TELL_MS) continue;
      told = now;
      tell(now, crashes.length);
    }
    return { seconds: (performance.now() - began) / 1000, pages, crashes, slots };
  }

  /** Reads every page once more: what was acknowledged is there. */
  async verify(): Promise<void> {
    for (let page = 0; page < this.#versions.length; page++) await this.#read(page);
  }

  close(): void {
    this.#block.drop();
  }

  async #read(page: number): Promise<void> {
    const answer = await this.#files.async.read(this.#file, page);
    if (!answer.ok || !answer.value.ok) {
      this.failed++;
      return;
    }
    const block = answer.value.value;
    this.#bytes.set(block.data.toUint8Array());
    block.drop();
    if (versionIn(this.#words, page) !== this.#versions[page]) this.wrong++;
  }

  async #write(page: number): Promise<void> {
    const version = this.#versions[page] + 1;
    writePage(this.#words, page, version);
    this.#block.data.set(this.#bytes);
    const answer = await this.#files.async.write(this.#file, page, this.#block);
    if (answer.ok && answer.value.ok) this.#versions[page] = version;
    else this.failed++;
  }
}
