/** Numbers as people read them. */

export function milliseconds(value: number | null): string {
  if (value === null) return '-';
  return value < 10 ? `${value.toFixed(1)} ms` : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  const rounded = value < 1024 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
  return rounded.replace('.0 ', ' ');
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 page`, `2 pages`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `4 panic, 2 hang`, or a dash. */
export function causes(crashes: { readonly [cause: string]: number }): string {
  const parts = Object.entries(crashes).map(([cause, times]) => `${times} ${cause}`);
  return parts.length === 0 ? '-' : parts.join(', ');
}

/** A cause of a crash or an error's code, in words. */
export function inWords(reason: string): string {
  return reason === 'TimedOut' ? 'out of time' : reason;
}
