import { defineDomain, err, ok, RRefArray } from 'deciduous/domain';
import { Block, BlockDevice } from '../generated/block.js';
import { Fault, Platter } from '../generated/recovery.js';
import { Defect } from './fault.js';

const BLOCK_BYTES = 4096;
const KEPT_BLOCKS = 1056;
const Blocks = RRefArray(Block, KEPT_BLOCKS);

/** A device that keeps its blocks itself, on the shared heap, through its crashes. A write puts a new block in the place of the old one, which is one step: a crash finds either. */
export default defineDomain({
  provides: { device: BlockDevice, fault: Fault },
  keeps: { platter: Platter },
  init({ heap, media: { platter } }) {
    const empty = () => heap.alloc(Block, { data: new Uint8Array(BLOCK_BYTES) });
    if (platter.value === null) platter.put(heap.alloc(Platter, { blocks: heap.alloc(Blocks, Array.from({ length: KEPT_BLOCKS }, empty)) }));
    const held = platter.value;
    if (held === null) throw new Error('what was put is not there');
    const defect = new Defect();
    return {
      device: {
        geometry: () => ({ blocks: KEPT_BLOCKS }),
        read(block) {
          if (block >= KEPT_BLOCKS) return err('OutOfRange');
          defect.strike('Before');
          const copy = heap.alloc(Block, { data: held.blocks.get(block)?.data.toUint8Array() ?? new Uint8Array(BLOCK_BYTES) });
          defect.strike('After');
          return ok(copy);
        },
        write(block, { data }) {
          if (block >= KEPT_BLOCKS) return err('OutOfRange');
          if (data.length !== BLOCK_BYTES) return err('WrongSize');
          defect.strike('Before');
          held.blocks.set(block, heap.alloc(Block, { data: data.toUint8Array() }));
          defect.strike('After');
          return ok();
        },
      },
      fault: defect.fault,
    };
  },
});
