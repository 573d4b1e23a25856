import { defineDomain, err } from 'deciduous/domain';
import { BlockDevice } from '../generated/block.js';
import { Fault } from '../generated/recovery.js';
import { Defect } from './fault.js';

/** The driver of a medium. It keeps nothing itself, hands blocks on without copying them, and has a defect. */
export default defineDomain({
  provides: { device: BlockDevice, fault: Fault },
  imports: { medium: BlockDevice },
  init({ imports: { medium } }) {
    const defect = new Defect();
    return {
      device: {
        geometry() {
          const answer = medium.geometry();
          return answer.ok ? answer.value : { blocks: 0 };
        },
        read(block) {
          defect.strike('Before');
          const answer = medium.read(block);
          defect.strike('After');
          return answer.ok ? answer.value : err('DeviceFailed');
        },
        write(block, data) {
          defect.strike('Before');
          const answer = medium.write(block, data);
          defect.strike('After');
          return answer.ok ? answer.value : err('DeviceFailed');
        },
      },
      fault: defect.fault,
    };
  },
});
