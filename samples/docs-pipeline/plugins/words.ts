/** An index of terms that lives in this domain's private heap. Nothing of it is shared: what leaves is copied. */
import { defineDomain, type RRef } from 'deciduous/domain';
import { Hit } from '../generated/document.js';
import { IndexPart, Words } from '../generated/pipeline.js';

const TERM = /[\p{L}\p{N}][\p{L}\p{N}_-]{1,39}/gu;
const TERMS_PER_PART = 500;
const MOST_HITS = 50;

interface Known {
  /** The document's place in the order of arrival. */
  readonly place: number;
  readonly title: string;
}

const documents = new Map<string, Known>();
const paths: string[] = [];
/** Occurrences by the document's place, by term. */
const index = new Map<string, Map<number, number>>();
let sorted: string[] | null = null;

function forget(place: number): void {
  for (const [term, places] of index) if (places.delete(place) && places.size === 0) index.delete(term);
}

function add(path: string, source: string): number {
  sorted = null;
  const title = /^#{1,6}\s+(.+)$/m.exec(source)?.[1].trim() ?? path;
  const known = documents.get(path);
  if (known !== undefined) forget(known.place);
  const place = known?.place ?? paths.push(path) - 1;
  documents.set(path, { place, title });
  const counts = new Map<string, number>();
  for (const [term] of source.toLowerCase().matchAll(TERM)) counts.set(term, (counts.get(term) ?? 0) + 1);
  for (const [term, count] of counts) {
    let places = index.get(term);
    if (places === undefined) index.set(term, (places = new Map()));
    places.set(place, count);
  }
  return counts.size;
}

export default defineDomain({
  provides: { words: Words },
  init({ heap }) {
    return {
      words: {
        add: (document) => add(document.path, document.source),
        search(term) {
          const places = [...(index.get(term.toLowerCase()) ?? [])].sort((a, b) => b[1] - a[1]).slice(0, MOST_HITS);
          let hit: RRef<Hit> | null = null;
          for (const [place, occurrences] of places.reverse()) {
            const path = paths[place];
            hit = heap.alloc(Hit, { path, title: documents.get(path)?.title ?? path, occurrences, next: hit });
          }
          return hit;
        },
        size: () => index.size,
        paths: () => heap.alloc(IndexPart, { json: JSON.stringify(paths) }),
        part(number) {
          sorted ??= [...index.keys()].sort();
          const terms = sorted.slice(number * TERMS_PER_PART, (number + 1) * TERMS_PER_PART);
          if (terms.length === 0) return null;
          return heap.alloc(IndexPart, { json: JSON.stringify(terms.map((term) => [term, ...[...(index.get(term) ?? [])].flat()])) });
        },
      },
    };
  },
});
