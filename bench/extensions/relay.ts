import { defineDomain, unwrap } from 'deciduous/domain';
import { Peer, Relay } from './generated/calls.js';

export default defineDomain({
  provides: { relay: Relay },
  imports: { peer: Peer },
  init({ imports: { peer } }) {
    return {
      relay: {
        repeat(calls) {
          let sum = 0;
          for (let i = 0; i < calls; i++) sum = unwrap(peer.add(i, 1));
          return sum;
        },
        untilStopped() {
          let calls = 0;
          while (unwrap(peer.add(calls & 0xffff, 1)) !== 0xffff_ffff) calls++;
          return calls;
        },
      },
    };
  },
});
