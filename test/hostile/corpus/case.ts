/** A hostile extension as data: one line that somebody could ship, and what must be observed. */
import type { Limits } from 'deciduous';

/** How an attack may end: a cause of the epitaph, an answer, an error with the domain alive, or a refusal of the build. */
export type End = 'panic' | 'hang' | 'out-of-memory' | 'stack-overflow' | 'out-of-fuel' | 'exited' | 'answers' | 'error' | 'refused';

export type OracleName = 'O1' | 'O2' | 'O3' | 'O4' | 'O5' | 'O6' | 'O7' | 'O8' | 'O9' | 'O10';

export interface HostileCase {
  readonly id: string;
  readonly title: string;
  /**
   * The body of a function `(host, lent)`, plain JavaScript, with `reveal(candidate)` in scope: what it knows of the host's secret. `host` has add(a, b), fail(), which throws, and, in a domain alone, `imports` and
   * `heap`. Text that begins with `escaped` is a confession.
   */
  readonly code: string;
  /** Where the code stands: in a method, in `init`, or outside of any function. */
  readonly where?: 'method' | 'init' | 'top';
  /** Any of them is containment. */
  readonly ends: readonly End[];
  readonly must: string;
  readonly limits?: Partial<Limits>;
  /** It has no meaning for systems without domains. */
  readonly oursAlone?: true;
  /** Oracles that cannot be asked here, and why. */
  readonly exempt?: { readonly [oracle in OracleName]?: string };
}

/** A case of the catalogue that has no code here: why, or which test has it. */
export interface OtherCase {
  readonly id: string;
  readonly why: string;
}
