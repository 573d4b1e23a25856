import { defineDomain, unwrap } from 'deciduous/domain';
import { Doomed, Stopwatch } from './generated/calls.js';

export default defineDomain({
  provides: { doomed: Doomed },
  imports: { stopwatch: Stopwatch },
  init({ imports: { stopwatch } }) {
    return {
      doomed: {
        panic() {
          unwrap(stopwatch.mark());
          throw new Error('as it was told');
        },
        hang() {
          for (;;);
        },
        hold: (milliseconds) => new Promise((resolve) => setTimeout(() => resolve(milliseconds), milliseconds)),
      },
    };
  },
});
