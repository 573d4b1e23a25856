/** What the matrix of hostile cases is asked for. Ends the process with 2, and what would be right, where that means nothing. */
import { parseArgs } from 'node:util';
import { CASES } from '../../test/hostile/corpus/catalogue.js';
import { MAJORS } from '../../scripts/node-binaries.mjs';
import { type System, SYSTEMS } from './systems.js';

export interface MatrixOptions {
  /** Ids of cases; all unless given. */
  readonly only: readonly string[] | undefined;
  readonly systems: readonly System[];
  /** Other major versions of Node, to run domains on alone. */
  readonly majors: readonly string[] | undefined;
  /** How many children at once. */
  readonly width: number;
  readonly fresh: boolean;
  readonly page: boolean;
}

function refuse(why: string): never {
  console.error(
    `${why}\nusage: npm run -s hostile -- matrix [--only ID[,ID]] [--systems NAME[,NAME]] [--node ${MAJORS.join(',')}] [--width N] [--fresh] [--page]`,
  );
  process.exit(2);
}

function parsed() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { only: text, systems: text, node: text, width: { ...text, default: '1' }, fresh: flag, page: flag } }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** The members of a list, each of which has to be among those that there are. */
function listed(option: string, given: string | undefined, known: readonly string[], what: string): readonly string[] | undefined {
  const list = given?.split(',');
  const unknown = list?.filter((one) => !known.includes(one)) ?? [];
  return unknown.length > 0 ? refuse(`--${option} takes ${what}, not '${unknown.join(', ')}'`) : list;
}

export function readOptions(): MatrixOptions {
  const { only, systems, node, width, fresh, page } = parsed();
  const ids = CASES.map(({ id }) => id);
  const wanted = listed('systems', systems, SYSTEMS, `any of ${SYSTEMS.join(', ')}`);
  const count = Number(width);
  if (!Number.isInteger(count) || count < 1) refuse(`--width takes a whole number from 1, not '${width}'`);
  return {
    only: listed('only', only, ids, 'ids of docs/hostile-matrix.md, such as C01,M06b'),
    systems: SYSTEMS.filter((system) => wanted?.includes(system) ?? true),
    majors: listed('node', node, MAJORS, `any of ${MAJORS.join(', ')}: the Node installed runs it otherwise`),
    width: count,
    fresh,
    page,
  };
}
