/** Supervision as host and kernel speak of it: who is started again, with whom, how often and how fast. The words are those of Erlang's supervisors, where these have plain ones. */

/** Which end of a child is followed by a new life: none, one that was not normal, or any. OTP calls them temporary, transient and permanent. */
export type RestartType = 'never' | 'on-crash' | 'always';

/** Who is stopped and started with a child that has died: nobody, all its siblings, or those that were started after it. */
export type Strategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/** How often and how fast children are started again. */
export interface RestartPace {
  /** More than this many restarts within `periodMs`: the supervisor gives up. */
  readonly intensity: number;
  readonly periodMs: number;
  /** The wait before the first restart of a row, doubled for each further one, `mostBackoffMs` at the most. */
  readonly backoffMs: number;
  readonly mostBackoffMs: number;
  /** What has run for so long since it was started begins a new row. */
  readonly stableMs: number;
}

export interface RestartPolicy extends RestartPace {
  readonly when: RestartType;
  /** Whether proxies lead to the new life; else they answer `DomainDead` for ever. */
  readonly rebind: boolean;
  /** Whether a thread that has read the program waits to be its next life. */
  readonly standby: boolean;
}

export interface SupervisorRequest extends RestartPace {
  readonly name: string;
  readonly strategy: Strategy;
  /** What its own parent does when it has given up. */
  readonly when: RestartType;
  /** The number of the supervisor that it stands under; null for a root. */
  readonly parent: number | null;
}

/** What becomes of a child that has ended: it is started again, its supervisor gives up because of it, or it stays as it is. */
export type NextLife = 'restart' | 'give-up' | 'none';

export interface SupervisedStats {
  readonly kind: 'domain' | 'supervisor';
  readonly name: string;
}

export interface SupervisorStats extends SupervisedStats {
  readonly kind: 'supervisor';
  readonly strategy: Strategy;
  /** `stopped`: by its parent, which starts it again; `over`: for good. */
  readonly state: 'running' | 'restarting' | 'stopped' | 'over';
  /** How often children were started again because one of them had died. */
  readonly restarts: number;
  /** How often it gave up, to its parent or for good. */
  readonly gaveUp: number;
  /** In the order of their start. What domains do is said where domains are listed. */
  readonly children: readonly (SupervisedStats | SupervisorStats)[];
}
