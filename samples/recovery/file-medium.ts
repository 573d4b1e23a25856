/** A medium on a real file: the host's own, served to the driver as any other capability. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { err, type KernelHandle, ok } from 'deciduous';
import { Block, type BlockDeviceImpl } from './generated/block.js';

const BLOCKS = 2048;
const BLOCK_BYTES = 4096;

export class FileMedium {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'recovery-'));
  readonly #file = openSync(path.join(this.#folder, 'medium'), 'w+');
  readonly #buffer = Buffer.alloc(BLOCK_BYTES);

  constructor() {
    ftruncateSync(this.#file, BLOCKS * BLOCK_BYTES);
  }

  /** What is written is with the operating system when it is answered; whether it is on the disk is not this sample's question. */
  implementation(kernel: KernelHandle): BlockDeviceImpl {
    return {
      geometry: () => ({ blocks: BLOCKS }),
      read: (block) => {
        if (block >= BLOCKS) return err('OutOfRange');
        if (readSync(this.#file, this.#buffer, 0, BLOCK_BYTES, block * BLOCK_BYTES) !== BLOCK_BYTES) return err('DeviceFailed');
        return ok(kernel.heap.alloc(Block, { data: this.#buffer }));
      },
      write: (block, { data }) => {
        if (block >= BLOCKS) return err('OutOfRange');
        if (data.length !== BLOCK_BYTES) return err('WrongSize');
        return writeSync(this.#file, data.toUint8Array(), 0, BLOCK_BYTES, block * BLOCK_BYTES) === BLOCK_BYTES ? ok() : err('DeviceFailed');
      },
    };
  }

  /** Removes the file. */
  close(): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
