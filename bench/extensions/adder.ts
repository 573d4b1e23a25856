import { defineDomain } from 'deciduous/domain';
import { Adder, Mover } from './generated/bench.js';

export default defineDomain({
  provides: { adder: Adder, mover: Mover },
  init() {
    return {
      adder: { add: (a, b) => (a + b) >>> 0 },
      mover: { move: (blob) => blob, lend: (blob) => blob.data.length },
    };
  },
});
