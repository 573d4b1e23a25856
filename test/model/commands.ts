/** What a command may do, and how often. */

/** Four numbers: what to do, and three that choose among whatever there is to choose from. So every list of commands means something, and a shorter one does, too. */
export type Command = readonly [what: number, a: number, b: number, c: number];

const WEIGHTS = {
  'alloc node': 14,
  'alloc container': 8,
  read: 14,
  write: 10,
  'assign child': 8,
  'take child': 5,
  ring: 7,
  grid: 7,
  numbers: 4,
  bytes: 6,
  drop: 7,
  send: 9,
  serve: 7,
  settle: 6,
  'give up': 2,
  move: 3,
  die: 4,
  quota: 2,
} as const;
export type What = keyof typeof WEIGHTS;

/** Each thing to do, as often as it is to be done. */
export const WHAT: readonly What[] = (Object.keys(WEIGHTS) as What[]).flatMap((what) => new Array<What>(WEIGHTS[what]).fill(what));
