/** One way out, as it is tried. */
export interface Attack {
  readonly category: string;
  readonly what: string;
  /** Answers the loot, or nothing (undefined, null, false) where there was none to be had; throws where it was refused. */
  run(): unknown;
}
