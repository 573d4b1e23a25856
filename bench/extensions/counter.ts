import { defineDomain } from 'deciduous/domain';
import { Counter } from './generated/calls.js';

export default defineDomain({
  provides: { counter: Counter },
  init() {
    return {
      counter: {
        next: (value) => (value + 1) >>> 0,
        bump(cell) {
          cell.value = (cell.value + 1) >>> 0;
          return cell;
        },
      },
    };
  },
});
