/** Runs in a domain of its own: it has what it imports and nothing else, and whatever it does, the host goes on. */
import { defineDomain, err, ok } from 'deciduous/domain';
import { CountError, Words } from '../generated/scaffold.js';

export default defineDomain({
  provides: { words: Words },
  init: () => ({
    words: {
      count(text) {
        const words = text.body.split(/\s+/).filter((word) => word !== '');
        return words.length === 0 ? err(CountError.Empty) : ok(words.length);
      },
      stumble() {
        throw new Error('a mistake in the extension');
      },
    },
  }),
});
