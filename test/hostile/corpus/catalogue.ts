/** All cases with code, and the ones of the catalogue that have none. */
import type { HostileCase, OtherCase } from './case.js';
import { AUTHORITY } from './cases/authority.js';
import { CPU } from './cases/cpu.js';
import { ESCAPES } from './cases/escapes.js';
import { LIFECYCLE } from './cases/lifecycle.js';
import { MEMORY } from './cases/memory.js';
import { OTHERS } from './cases/others.js';
import { SHAPES } from './cases/shapes.js';
import { STACK } from './cases/stack.js';

export const CASES: readonly HostileCase[] = [...CPU, ...MEMORY, ...STACK, ...ESCAPES, ...SHAPES, ...LIFECYCLE, ...AUTHORITY];
export const WITHOUT_CODE: readonly OtherCase[] = OTHERS;

/** What every test run has: some of each kind. `npm run test:hostile` has them all. */
export const QUICK: ReadonlySet<string> = new Set(
  'C01 C04 C08 C12 C17 C25b M01 M06 M12b M24 M25 S01 S02 E02 E04 E08 E18 E26 D01 D12 P01b P06 P14e P30 T04'.split(' '),
);
