import { defineDomain } from 'deciduous/domain';
import { Churn, Particle } from './generated/bench.js';

export default defineDomain({
  provides: { churn: Churn },
  init({ heap }) {
    const kept: unknown[] = [];
    return {
      churn: {
        churn(count) {
          for (let i = 0; i < count; i++) heap.alloc(Particle, { x: i, y: 1, z: 2, vx: 3, vy: 4, vz: 5, mass: 6, charge: 7 }).drop();
          return count;
        },
        fill(count) {
          for (let i = 0; i < count; i++) kept.push(heap.alloc(Particle, { x: i, y: 1, z: 2, vx: 3, vy: 4, vz: 5, mass: 6, charge: 7 }));
          return kept.length;
        },
        pass: (link) => link,
      },
    };
  },
});
