/**
 * The last words of a domain, in its row's panic text: on the first line how the call failed that it died of, where there was one, and the calls that had led into it; below
 * that what was thrown and where. The dying domain's runtime writes both; the first line holds nothing that extension code could have put there.
 */
import { load, store } from '../abi/atomics.js';
import { ERROR_CODES, CRASH_CAUSES } from '../abi/codes.js';
import type { CallStep } from '../abi/result.js';
import { PANIC_BYTES, PANIC_LENGTH, panicTextByte, threadRow } from '../abi/thread-layout.js';
import type { Views } from '../shared-heap/views.js';
import type { PathStep } from './call-path.js';

export interface LastWords {
  readonly text: string;
  /** The failed call first, then what it failed of. Empty where no call was the reason. */
  readonly through: readonly CallStep[];
  /** The calls that led into it, from the one that it served outwards. */
  readonly path: readonly PathStep[];
  /** When they were written, by the clock of all threads; 0 for never. */
  readonly at: number;
}

/** Of a domain that said nothing. */
export const SILENCE: LastWords = { text: '', through: [], path: [], at: 0 };

const MOST_STEPS = 8;
const MOST_OF_A_NAME = 64;

/** The length goes last: whoever sees it sees the text. */
export function writeLastWords(views: Views, index: number, { text, through, path, at: saidAt }: LastWords): void {
  const at = panicTextByte(index);
  const steps = through
    .slice(0, MOST_STEPS)
    .map(({ domain, incarnation, method, code, cause }) => [
      domain.slice(0, MOST_OF_A_NAME),
      incarnation ?? 0,
      method.slice(0, MOST_OF_A_NAME),
      ERROR_CODES.indexOf(code),
      cause === undefined ? -1 : CRASH_CAUSES.indexOf(cause),
    ]);
  const written = views.node.write(
    `${JSON.stringify([steps, path.map(({ caller, callee, method }) => [caller, callee, method]), saidAt])}\n${text}`,
    at,
    PANIC_BYTES,
    'utf8',
  );
  store(views.words, threadRow(index) + PANIC_LENGTH, written);
}

/** Empty where the domain said nothing. */
export function readLastWords(views: Views, index: number): LastWords {
  const at = panicTextByte(index);
  const all = views.node.toString('utf8', at, at + Math.min(load(views.words, threadRow(index) + PANIC_LENGTH), PANIC_BYTES));
  const end = all.indexOf('\n');
  if (end < 0) return SILENCE;
  return { text: all.slice(end + 1), ...headOf(all.slice(0, end)) };
}

/** A row that gets another tenant while it is read can show anything. */
function headOf(line: string): Omit<LastWords, 'text'> {
  try {
    const [steps, path, at] = JSON.parse(line) as [unknown[][], number[][], number];
    return { through: steps.map(stepOf), path: path.map(([caller, callee, method]) => ({ caller, callee, method })), at };
  } catch {
    return { through: [], path: [], at: 0 };
  }
}

function stepOf([domain, incarnation, method, code, cause]: unknown[]): CallStep {
  return {
    domain: String(domain),
    ...(Number(incarnation) === 0 ? {} : { incarnation: Number(incarnation) }),
    method: String(method),
    code: ERROR_CODES[Number(code)] ?? 'DomainCrashed',
    ...(Number(cause) < 0 ? {} : { cause: CRASH_CAUSES[Number(cause)] ?? 'panic' }),
  };
}
