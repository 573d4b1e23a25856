/** The index of terms, copied out of the private heap of `words`. It comes from an untrusted domain, so its shape is checked before it is used. */
import { Words } from './generated/pipeline.js';
import type { Domains } from './plugins.js';

export interface SearchIndex {
  readonly paths: readonly string[];
  /** A term, then pairs: the document's place in `paths`, occurrences. Sorted by term. */
  readonly terms: readonly (readonly [string, ...number[]])[];
}

export async function copyIndex(domains: Domains): Promise<SearchIndex> {
  const words = domains.words.get(Words).async;
  const paths = await words.paths();
  if (!paths.ok) throw paths.error;
  using list = paths.value;
  const known = checkedPaths(JSON.parse(list.json));
  const terms: [string, ...number[]][] = [];
  for (let number = 0; ; number++) {
    const part = await words.part(number);
    if (!part.ok) throw part.error;
    if (part.value === null) return { paths: known, terms };
    using text = part.value;
    terms.push(...checkedTerms(JSON.parse(text.json), known.length));
  }
}

function checkedPaths(value: unknown): string[] {
  if (Array.isArray(value) && value.every((path) => typeof path === 'string')) return value;
  throw new Error('the index of words names its documents in a way that is not understood');
}

function checkedTerms(value: unknown, documents: number): [string, ...number[]][] {
  const isPlace = (place: unknown): boolean => Number.isInteger(place) && (place as number) >= 0 && (place as number) < documents;
  const isTerm = (row: unknown): boolean =>
    Array.isArray(row) &&
    row.length % 2 === 1 &&
    typeof row[0] === 'string' &&
    row.slice(1).every((entry, index) => (index % 2 === 0 ? isPlace(entry) : Number.isInteger(entry)));
  if (Array.isArray(value) && value.every(isTerm)) return value as [string, ...number[]][];
  throw new Error('a part of the index of words is not understood');
}
