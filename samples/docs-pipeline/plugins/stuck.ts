/**
 * Counts what is set in bold type and as code. It really loops for ever on some documents, by a bug as people write it: a mark that opens is trusted to be closed, so
 * the search for its partner answers -1, and the scanner goes on near the beginning of the text, again and again.
 */
import { defineDomain } from 'deciduous/domain';
import { Emphasis, EmphasisCounter } from '../generated/pipeline.js';

function measure(text: string, mark: string): { spans: number; characters: number } {
  let spans = 0;
  let characters = 0;
  for (let open = text.indexOf(mark); open !== -1; ) {
    const close = text.indexOf(mark, open + mark.length);
    spans++;
    characters += close - open - mark.length;
    // The bug: without a partner, close is -1.
    open = text.indexOf(mark, close + mark.length);
  }
  return { spans, characters };
}

export default defineDomain({
  provides: { emphasis: EmphasisCounter },
  init({ heap }) {
    return {
      emphasis: {
        count(document) {
          const text = document.source;
          const emphasis = heap.alloc(Emphasis, { strong: 0, code: 0, boldShare: 0 });
          emphasis.code = (text.match(/`[^`\n]+`/g) ?? []).length;
          const bold = measure(text, '**');
          emphasis.strong = bold.spans;
          emphasis.boldShare = text.length === 0 ? 0 : Math.round((bold.characters / text.length) * 1000);
          return emphasis;
        },
      },
    };
  },
});
