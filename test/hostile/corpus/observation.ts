/** What is observed of one attack: what the child process wrote, and what its parent saw of it. Plain data; oracles judge it. */
export interface Resources {
  readonly fds: number;
  readonly threads: number;
  readonly rssMib: number;
  /** Names of what keeps the loop alive, sorted. */
  readonly active: readonly string[];
}

export type Outcome =
  | { readonly kind: 'answers'; readonly text: string }
  | { readonly kind: 'error'; readonly code: string; readonly cause: string; readonly message: string; readonly isTyped: boolean }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface Report {
  readonly outcome: Outcome;
  readonly settledMs: number;
  /** One of each death that the host was told of, with all text that came with it. */
  readonly crashes: readonly { readonly cause: string; readonly text: string }[];
  readonly isCondemned: boolean;
  readonly lagMs: number;
  readonly neighbour: { readonly answers: number; readonly wrong: number; readonly p99Ms: number; readonly worstMs: number } | null;
  readonly before: Resources;
  readonly after: Resources;
  readonly intrinsics: { readonly before: string; readonly after: string };
  /** What the host could read of all that came from the guest. */
  readonly seesSecret: boolean;
  readonly audit: readonly string[];
  /** What a fresh life answers where one was asked. */
  readonly fresh: { readonly text: string; readonly crashes: number; readonly restarts: number } | null;
  readonly lent: 'intact' | 'changed' | 'still lent' | null;
  /** Where two runs with the same fuel stopped. */
  readonly stops: readonly string[] | null;
}

export interface Observation {
  readonly exit: { readonly code: number | null; readonly signal: string | null; readonly isOverdue: boolean; readonly isTooLarge: boolean };
  readonly peakMib: number;
  readonly stderr: string;
  /** Null where the process died or hung before it could tell. */
  readonly report: Report | null;
}
