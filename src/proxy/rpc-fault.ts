/** RpcErrors: made here and nowhere else: the constructor wants a token that no extension can have. */
import type { CrashCause, RpcError, RpcErrorCode } from '../abi/result.js';

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
  /** The failing domain's own stack. */
  readonly stack?: string | undefined;
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

export class RpcFault extends Error implements RpcError {
  readonly code: RpcErrorCode;
  readonly started: boolean;
  readonly blame: RpcError['blame'];
  declare readonly cause?: CrashCause;
  declare readonly domain?: string;
  declare readonly incarnation?: number;
  declare readonly method?: string;
  declare readonly stack: string;

  constructor(token: symbol, report: FaultReport) {
    if (token !== TOKEN) throw new TypeError('an RpcError is made by the system alone');
    const where = report.method === undefined ? (report.domain ?? '') : `${report.domain ?? '?'} ${report.method}`;
    const cause = report.cause === undefined ? '' : ` (${report.cause})`;
    super(`${where}${where === '' ? '' : ': '}${report.detail ?? MEANING[report.code]}${cause}`);
    this.name = report.code;
    this.code = report.code;
    this.started = report.started;
    this.blame = report.blame;
    for (const key of ['cause', 'domain', 'incarnation', 'method'] as const) {
      if (report[key] !== undefined) Object.defineProperty(this, key, { value: report[key], enumerable: true });
    }
    if (report.stack !== undefined && report.stack !== '') Object.defineProperty(this, 'stack', { value: report.stack });
    Object.freeze(this);
  }
}

export interface Failure {
  readonly ok: false;
  readonly error: RpcError;
}
export function failure(report: FaultReport): Failure {
  return { ok: false, error: new RpcFault(TOKEN, report) };
}
