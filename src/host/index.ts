/** `deciduous`: what a host program imports. */
export { boot, type BootOptions } from './boot.js';
export type { DomainHandle } from './domain-handle.js';
export type { KernelEvents, LogLine } from './events.js';
export type { HeapView } from './heap-views.js';
export type { KernelHandle } from './kernel-handle.js';
export { LoadError } from './load-error.js';
export type { LoadOptions } from './load-options.js';
export type { ChromeEvent, ChromeTrace, ChromeTraceOptions } from './chrome-trace.js';
export type { Trace } from './trace.js';
export type { CallEvent, LifeEvent, OwnershipTransition, TraceCall, TraceDomain, TraceEvent, TraceFault, TraceOwner, UnsentEvent } from './trace-events.js';
export type { Lock } from '../interfaces/generated/lock.js';
export type { Epitaph } from '../abi/epitaph.js';
export type { AuditFinding, CloseReport, KernelStats, RestartPolicy } from '../abi/kernel-protocol.js';
export type { Limits } from '../abi/limits.js';
export type { GrantedPowers, PowerOptions } from '../abi/powers.js';
export { RRefArray, RRefDeque, RRefVec } from '../abi/container-tokens.js';
export { err, ok, unwrap, type CrashCause, type Result, type RpcError, type RpcErrorCode, type RpcResult } from '../abi/result.js';
export type { Bytes, CallOptions, Handle, RRef } from '../abi/schema-tokens.js';
