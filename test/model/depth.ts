/** How long random tests go on: bounded as a rule; with DEEP=1 for DEEP_MINUTES each, an hour unless said, from a seed that is new each time. */
const isDeep = process.env['DEEP'] === '1';
/** 0 where the run is a usual one. */
export const DEEP_MINUTES = isDeep ? Number(process.env['DEEP_MINUTES'] ?? 60) : 0;

/** What a run draws from: a fixed seed, a new one for a deep run, or what the variable says, to replay. */
export function seedFrom(variable: string, usual: number): number {
  return Number(process.env[variable] ?? (isDeep ? Date.now() % 2 ** 31 : usual));
}
