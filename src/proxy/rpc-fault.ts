/** RpcErrors: made here and nowhere else: the constructor wants a token that no extension can have. */
import type { CallStep, CrashCause, FaultDetails, RpcError, RpcErrorCode } from '../abi/result.js';

export interface FaultReport {
  readonly code: RpcErrorCode;
  readonly started: boolean;
  readonly blame: RpcError['blame'];
  readonly cause?: CrashCause | undefined;
  readonly domain?: string | undefined;
  readonly incarnation?: number | undefined;
  readonly method?: string | undefined;
  /** What happened, beyond what the code says. */
  readonly detail?: string | undefined;
  readonly details?: FaultDetails | undefined;
  /** The failing domain's own stack, made when somebody reads it: to find its places in the source takes longer than all the rest of an error. */
  readonly stack?: (() => string) | undefined;
  /** How the callee's own call failed, where it died of that. */
  readonly through?: readonly CallStep[] | undefined;
  /** How often the call began, where that was more than once. */
  readonly starts?: number | undefined;
}

const MEANING: { readonly [code in RpcErrorCode]: string } = {
  DomainCrashed: 'the domain crashed',
  DomainDead: 'the domain is dead',
  TimedOut: 'the call took too long',
  Overloaded: 'the mailbox is full',
  Deadlock: 'the call waits for itself',
  Cancelled: 'the call was cancelled',
  InvalidType: 'a value has the wrong type',
  LifetimeViolation: 'a value was used outside its lifetime',
  ResourceExhausted: 'a quota is exhausted',
  PermissionDenied: 'a capability was not granted',
  KernelDied: 'the kernel thread has stopped',
};

const TOKEN = Symbol('only the system makes RpcErrors');
const DETAILS = ['expected', 'actual', 'detail', 'resource', 'capability'] as const;

export class RpcFault extends Error {
  readonly code: RpcErrorCode;
  readonly started: boolean;
  readonly blame: RpcError['blame'];
  readonly chain: readonly CallStep[];
  /** What makes it one, for those who must not ask the error itself. */
  readonly #report: FaultReport;

  constructor(token: symbol, report: FaultReport) {
    if (token !== TOKEN) throw new TypeError('an RpcError is made by the system alone');
    const where = report.method === undefined ? (report.domain ?? '') : `${report.domain ?? '?'} ${report.method}`;
    const cause = report.cause === undefined ? '' : ` (${report.cause})`;
    const starts = (report.starts ?? 1) > 1 ? `, issued ${report.starts} times` : '';
    super(`${where}${where === '' ? '' : ': '}${report.detail ?? MEANING[report.code]}${cause}${starts}`);
    this.name = report.code;
    this.code = report.code;
    this.started = report.started;
    this.blame = report.blame;
    this.chain = chainOf(report);
    this.#report = report;
    for (const key of ['cause', 'domain', 'incarnation', 'method'] as const) {
      if (report[key] !== undefined) Object.defineProperty(this, key, { value: report[key], enumerable: true });
    }
    const details = { ...IMPLIED[report.code]?.(report), ...report.details };
    for (const key of DETAILS) if (details[key] !== undefined) Object.defineProperty(this, key, { value: details[key], enumerable: true });
    if (report.stack !== undefined) Object.defineProperty(this, 'stack', { get: once(report.stack) });
    Object.freeze(this);
  }

  /** The chain of an error that the system made; undefined for anything else, of which nothing is evaluated. */
  static chainOf(error: unknown): readonly CallStep[] | undefined {
    return typeof error === 'object' && error !== null && #report in error ? error.chain : undefined;
  }

  static reportOf(error: RpcFault): FaultReport {
    return error.#report;
  }
}
export const chainOfFault = RpcFault.chainOf;
/** For whoever tells another process of an error. */
export const { reportOf } = RpcFault;
for (const name of ['chainOf', 'reportOf']) Reflect.deleteProperty(RpcFault, name);

/** What a code promises and a report may leave out. */
const IMPLIED: { readonly [code in RpcErrorCode]?: (report: FaultReport) => FaultDetails } = {
  InvalidType: ({ detail }) => ({ expected: detail ?? MEANING.InvalidType, actual: '' }),
  LifetimeViolation: ({ detail }) => ({ detail: detail ?? MEANING.LifetimeViolation }),
  ResourceExhausted: ({ domain }) => ({ resource: domain === undefined ? 'shared heap' : `shared heap of ${domain}` }),
  PermissionDenied: ({ method, domain }) => ({ capability: `${method ?? 'a call'} of ${domain ?? 'a domain'}` }),
};

function chainOf({ code, cause, domain, incarnation, method, through }: FaultReport): readonly CallStep[] {
  const first = {
    domain: domain ?? '?',
    ...(incarnation === undefined ? {} : { incarnation }),
    method: method ?? '?',
    code,
    ...(cause === undefined ? {} : { cause }),
  };
  return Object.freeze([first, ...(through ?? [])].map((step) => Object.freeze({ ...step })));
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}

export interface Failure {
  readonly ok: false;
  readonly error: RpcError;
}
export function failure(report: FaultReport): Failure {
  return {
    ok: false,
    error: new RpcFault(TOKEN, report.code === 'DomainCrashed' ? { ...report, cause: report.cause ?? 'exited' } : report) as unknown as RpcError,
  };
}

/** The same failure, of a call that began so often before it was given up. */
export function afterStarts({ error }: Failure, starts: number): Failure {
  return failure({ ...reportOf(error as unknown as RpcFault), started: true, starts });
}
