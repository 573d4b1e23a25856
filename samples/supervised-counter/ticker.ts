import { defineDomain } from 'deciduous/domain';
import { CounterShadow } from './generated/counter.js';

/** Asks the counter ten times, says what it hears, and ends. */
export default defineDomain({
  provides: {},
  imports: { counter: CounterShadow },
  init({ imports, end }) {
    let ticks = 0;
    setInterval(() => {
      const answer = imports.counter.count();
      console.log(answer.ok ? `counted ${answer.value}` : `no answer: ${answer.error.code}`);
      if (++ticks === 10) end();
    }, 20);
    return {};
  },
});
