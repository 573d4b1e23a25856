/** How far exploring goes: bounded as a rule; with DEEP=1 each file of tests has DEEP_MINUTES, an hour unless said. */
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';

export const isDeep = DEEP_MINUTES > 0;

/** So many seconds as a rule, or what a deep run has. */
export function secondsOr(usual: number): number {
  return isDeep ? DEEP_MINUTES * 60 : usual;
}

/** For the runner: an exploration watches the clock itself. */
export const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** Whatever is chosen is chosen from this. */
export const SEED = seedFrom('EXPLORE_SEED', 20_251_121);
