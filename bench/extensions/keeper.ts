import { defineDomain } from 'deciduous/domain';
import { Cell, Counter } from './generated/calls.js';

/** As the counter, and counts its calls in what outlives it. */
export default defineDomain({
  provides: { counter: Counter },
  keeps: { calls: Cell },
  init({ heap, media: { calls } }) {
    if (calls.value === null) calls.put(heap.alloc(Cell, { value: 0 }));
    const count = (): void => {
      if (calls.value !== null) calls.value.value++;
    };
    return {
      counter: {
        next(value) {
          count();
          return (value + 1) >>> 0;
        },
        bump(cell) {
          count();
          cell.value = (cell.value + 1) >>> 0;
          return cell;
        },
      },
    };
  },
});
