/** The name among `candidates` that differs from `name` least: by one letter at the most where it is short, else by two. */
export function similarName(name: string, candidates: Iterable<string>): string | undefined {
  return nearest(name, candidates)[0];
}

/** The same, or undefined where two are equally near: a machine does not choose between them. */
export function onlySimilarName(name: string, candidates: Iterable<string>): string | undefined {
  const [first, second] = nearest(name, candidates);
  return second === undefined ? first : undefined;
}

function nearest(name: string, candidates: Iterable<string>): string[] {
  let best: string[] = [];
  let least = name.length <= 4 ? 2 : 3;
  let within = least - 1;
  for (const candidate of new Set(candidates)) {
    if (Math.abs(candidate.length - name.length) > within) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance > within) continue;
    if (distance < least) best = [];
    best.push(candidate);
    least = distance;
    within = distance;
  }
  return best;
}

/** Letters put in, taken out, exchanged for others, or exchanged with their neighbours. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    before = row;
    row = next;
  }
  return row[b.length];
}
