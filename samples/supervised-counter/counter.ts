import { defineDomain } from 'deciduous/domain';
import { Counter } from './generated/counter.js';

/** Counts, and dies of every fifth call: its shadow's callers never see that, but for the count, which begins anew. */
export default defineDomain({
  provides: { counter: Counter },
  init() {
    let counted = 0;
    return {
      counter: {
        count() {
          if (++counted === 5) throw new Error('five is too many for me');
          return counted;
        },
      },
    };
  },
});
