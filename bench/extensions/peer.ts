import { defineDomain } from 'deciduous/domain';
import { Peer } from './generated/calls.js';

export default defineDomain({
  provides: { peer: Peer },
  init() {
    let isStopped = false;
    return {
      peer: {
        add: (a, b) => (isStopped ? 0xffff_ffff : (a + b) >>> 0),
        stop() {
          isStopped = true;
        },
      },
    };
  },
});
