import { defineDomain, err, ok } from 'deciduous/domain';
import { BlockDeviceShadow } from '../generated/block.js';
import { Fault, Files } from '../generated/recovery.js';
import { Defect } from './fault.js';
import { BLOCK_BYTES, Inodes } from './inodes.js';

/** A file system on the shadow of a device: it does not notice that the device dies, and begins each life of its own with what is on it. Pages go through it without being copied. */
export default defineDomain({
  provides: { files: Files, fault: Fault },
  imports: { device: BlockDeviceShadow },
  init({ heap, imports: { device } }) {
    const inodes = new Inodes(device, heap);
    const defect = new Defect();
    return {
      files: {
        open(name, pages) {
          const known = inodes.find(name);
          if (known !== undefined) return inodes.at(known)?.pages === pages ? ok(known) : err('Exists');
          const made = inodes.add(name, pages);
          return made === undefined ? err('NoSpace') : ok(made);
        },
        read(file, page) {
          const inode = inodes.at(file);
          if (inode === undefined) return err('NotFound');
          if (page >= inode.pages) return err('OutOfRange');
          defect.strike('Before');
          const answer = device.read(inode.start + page);
          defect.strike('After');
          return answer.ok && answer.value.ok ? answer.value : err('DeviceFailed');
        },
        write(file, page, data) {
          const inode = inodes.at(file);
          if (inode === undefined) return err('NotFound');
          if (page >= inode.pages) return err('OutOfRange');
          if (data.data.length !== BLOCK_BYTES) return err('WrongSize');
          defect.strike('Before');
          const answer = device.write(inode.start + page, data);
          defect.strike('After');
          return answer.ok && answer.value.ok ? ok() : err('DeviceFailed');
        },
      },
      fault: defect.fault,
    };
  },
});
