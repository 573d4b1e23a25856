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
