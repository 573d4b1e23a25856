import { defineDomain, err, ok } from 'deciduous/domain';
import { Block, BlockDevice } from '../generated/block.js';

const BLOCKS = 2048;
const BLOCK_BYTES = 4096;

/** A medium in memory: it keeps what was written for as long as it lives, and has no defect. */
export default defineDomain({
  provides: { medium: BlockDevice },
  init({ heap }) {
    const blocks = new Uint8Array(BLOCKS * BLOCK_BYTES);
    const at = (block: number): Uint8Array => blocks.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
    return {
      medium: {
        geometry: () => ({ blocks: BLOCKS }),
        read: (block) => (block < BLOCKS ? ok(heap.alloc(Block, { data: at(block) })) : err('OutOfRange')),
        write(block, { data }) {
          if (block >= BLOCKS) return err('OutOfRange');
          if (data.length !== BLOCK_BYTES) return err('WrongSize');
          at(block).set(data.toUint8Array());
          return ok();
        },
      },
    };
  },
});
