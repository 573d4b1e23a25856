/** The programs in a domain. */
import { defineDomain } from 'deciduous/domain';
import { Programs } from './generated/metering.js';
import { makePrograms } from './programs.js';

export default defineDomain({
  provides: { programs: Programs },
  init() {
    let programs: { readonly [name: string]: () => number } = {};
    return {
      programs: {
        prepare(text) {
          programs = makePrograms(text);
        },
        run(program, times) {
          const work = programs[program];
          let last = 0;
          for (let time = 0; time < times; time++) last = work();
          return last;
        },
      },
    };
  },
});
