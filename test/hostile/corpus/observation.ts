/** What is observed of one attack: what the child process wrote, and what its parent saw of it. Plain data; oracles judge it. */
export interface Resources {
  readonly fds: number;
  readonly threads: number;
  readonly rssMib: number;
  /** Names of what keeps the loop alive, sorted. */
  readonly active: readonly string[];
}

/** How fast the neighbour answered. */
export interface Pace {
  readonly answers: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

export type Outcome =
  | { readonly kind: 'answers'; readonly text: string }
  | { readonly kind: 'error'; readonly code: string; readonly cause: string; readonly message: string; readonly isTyped: boolean }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface Report {
  readonly outcome: Outcome;
  /** Without what the thread that waited longest for a core has waited. */
  readonly settledMs: number;
  /** One of each death that the host was told of, with all text that came with it. */
  readonly crashes: readonly { readonly cause: string; readonly text: string }[];
  readonly isCondemned: boolean;
  /** The longest time for which the host's loop did not turn: `ownMs` without what its thread waited for a core. */
  readonly lag: { readonly worstMs: number; readonly ownMs: number };
  /** Times are without what the threads of the innocent waited for a core. */
  readonly neighbour: (Pace & { readonly wrong: number; readonly calm: Pace }) | null;
  readonly before: Resources;
  readonly after: Resources;
  /** The most that was resident at once during the attack. */
  readonly peakMib: number;
  readonly intrinsics: { readonly before: string; readonly after: string };
  /** What the host could read of all that came from the guest. */
  readonly seesSecret: boolean;
  readonly audit: readonly string[];
  /** What a fresh life answers where one was asked. */
  readonly fresh: { readonly text: string; readonly crashes: number; readonly restarts: number } | null;
  readonly lent: 'intact' | 'changed' | 'still lent' | null;
  /** What is known of where two runs with the same fuel stopped, as text; null where it was not asked. */
  readonly stops: readonly string[] | null;
}

export interface Observation {
  readonly exit: { readonly code: number | null; readonly signal: string | null; readonly isOverdue: boolean; readonly isTooLarge: boolean };
  readonly stderr: string;
  /** Null where the process died or hung before it could tell. */
  readonly report: Report | null;
}
