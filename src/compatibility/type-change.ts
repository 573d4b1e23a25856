/** What became of one type, where that has a name of its own. */
export type TypeChange = 'lent' | 'moved' | 'option-added' | 'option-removed' | 'bound-widened' | 'bound-narrowed' | 'length-changed' | 'other';

const BOUNDS = /\b(?:string|bytes)(?:<=(\d+))?/g;
const LENGTHS = /(?<=[;,])\d+(?=[\]>])/g;

function boundsIn(text: string): number[] {
  return [...text.matchAll(BOUNDS)].map(([, bound]) => (bound === undefined ? Number.POSITIVE_INFINITY : Number(bound)));
}

/** Both are canonical text, and they differ. */
export function typeChange(before: string, after: string): TypeChange {
  if (after === `&${before}`) return 'lent';
  if (before === `&${after}`) return 'moved';
  if (after === `Option<${before}>`) return 'option-added';
  if (before === `Option<${after}>`) return 'option-removed';
  if (before.replace(LENGTHS, '') === after.replace(LENGTHS, '')) return 'length-changed';
  const unbounded = (text: string): string => text.replace(BOUNDS, (found) => found.split('<', 1)[0]);
  if (unbounded(before) !== unbounded(after)) return 'other';
  const was = boundsIn(before);
  return boundsIn(after).every((bound, index) => bound >= was[index]) ? 'bound-widened' : 'bound-narrowed';
}
