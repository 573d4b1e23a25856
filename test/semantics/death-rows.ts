/** The thirty rows of "What happens when a domain dies", and by which deaths each can be brought about. Where one cannot, why. */
import { DEATHS, type Death } from './lab.js';

export interface Row {
  readonly row: number;
  readonly what: string;
  /** By the name of a death: why the row cannot be brought about in that way, or not by code of an extension's. */
  readonly never?: { readonly [name: string]: string };
  /** Where its tests are, below test/. */
  readonly in: readonly string[];
}

const MAIN = 'semantics/death.test.ts';
const MORE = 'semantics/death-rows.test.ts';
/** Every row of the call path at every step, by every death. */
const STEPPED = 'interleaving/death-rows.test.ts';

const allBut = (reason: string, ...names: readonly string[]): { [name: string]: string } =>
  Object.fromEntries(DEATHS.filter(({ name }) => !names.includes(name)).map(({ name }) => [name, reason]));
const ENDS_BY_ITSELF = 'a thread that comes to its own end has stopped';
const BLOCKED = 'a thread that is blocked runs nothing that could; see the stepped tests';

export const ROWS: readonly Row[] = [
  { row: 1, what: 'RRef owned, not lent', in: [MAIN] },
  { row: 2, what: 'RRef owned, lent to a live domain', in: [MAIN, MORE, STEPPED] },
  { row: 3, what: 'RRef moved out before the crash', in: [MAIN] },
  { row: 4, what: 'RRef moved in by a call that was running', in: [MAIN, STEPPED] },
  { row: 5, what: 'RRef moved in by a call that had not started', in: [MAIN, STEPPED] },
  { row: 6, what: 'RRef lent to the dead domain', in: [MAIN, STEPPED] },
  { row: 7, what: 'child of a tree owned by the dead domain', in: [MAIN] },
  { row: 8, what: 'tree half attached or half detached', in: [MORE, 'interleaving/kill.test.ts'] },
  { row: 9, what: 'block half allocated or half freed', in: [MORE, 'interleaving/kill.test.ts'] },
  { row: 10, what: 'result written, reply not yet sent', in: [STEPPED], never: allBut('nothing of an extension runs between the two: stepped') },
  { row: 11, what: 'reply in transit to a caller that has died', in: [MORE, STEPPED] },
  { row: 12, what: 'callers waiting in it', in: [MAIN, STEPPED] },
  { row: 13, what: 'later calls through proxies to it', in: [MAIN] },
  { row: 14, what: 'it was waiting in a call to another domain', in: [MORE, STEPPED] },
  { row: 15, what: 'A calls B calls C, B dies', in: [MAIN, MORE, STEPPED] },
  { row: 16, what: "A calls B calls A', B dies", in: [MORE, STEPPED] },
  { row: 17, what: 'interface references that it held', in: ['semantics/references.test.ts'] },
  { row: 18, what: 'interface references that it gave out', in: ['semantics/references.test.ts'] },
  { row: 19, what: 'kernel resources', in: ['semantics/resources.test.ts'] },
  { row: 20, what: 'lock held', in: ['semantics/lock.test.ts'] },
  {
    row: 21,
    what: 'it dies during init',
    in: [MAIN],
    never: { 'terminate()': 'a domain has no handle yet that could be killed; a time slice that is over kills it' },
  },
  { row: 22, what: 'it dies while being unloaded, or twice', in: [MORE] },
  { row: 23, what: 'the kernel is reclaiming another domain', in: [MORE] },
  { row: 24, what: "it dies while holding shared-heap pages with others' blocks", in: [MORE] },
  { row: 25, what: 'it is killed and its thread does not stop', in: [MORE], never: allBut(ENDS_BY_ITSELF, 'a hang', 'terminate()') },
  { row: 26, what: 'it panics outside any call', in: [MORE], never: { 'terminate()': BLOCKED } },
  { row: 27, what: 'caller and callee die together', in: [MORE, STEPPED] },
  {
    row: 28,
    what: 'stack overflow or out-of-memory inside an operation of the trusted runtime',
    in: [MORE, 'interleaving/kill.test.ts'],
    never: allBut('the row is about what an extension could catch', 'a stack overflow', 'heap exhaustion'),
  },
  { row: 29, what: 'the host closes, or ends, with calls in flight', in: [MAIN, MORE], never: allBut('the host ends it', 'terminate()') },
  { row: 30, what: 'the kernel thread dies', in: [MORE], never: allBut('no domain can bring it about') },
];

/** The deaths by which a row is brought about. */
export function deathsOf(row: number): readonly Death[] {
  const { never = {} } = ROWS.find((each) => each.row === row) as Row;
  return DEATHS.filter(({ name }) => never[name] === undefined);
}
