/** Who looks at the calls that a thread makes, from their start to their outcome. Asked in each call whether there is anybody: that has to be cheap. */
import type { RpcResult } from '../abi/result.js';
import type { MethodRuntime } from './method-runtime.js';
import type { CallTarget } from './pending-call.js';

export interface CallWatch {
  readonly isWatched: boolean;
  /** Makes a call that blocks, and answers what it answers. */
  blocking(target: CallTarget, method: MethodRuntime, call: () => RpcResult<unknown>): RpcResult<unknown>;
  /** Makes a call that does not. */
  promised(target: CallTarget, method: MethodRuntime, call: () => Promise<RpcResult<unknown>>): Promise<RpcResult<unknown>>;
}

/** Nobody looks, ever: domains and the kernel. */
export const UNWATCHED: CallWatch = Object.freeze({
  isWatched: false,
  blocking: (_target: CallTarget, _method: MethodRuntime, call: () => RpcResult<unknown>) => call(),
  promised: (_target: CallTarget, _method: MethodRuntime, call: () => Promise<RpcResult<unknown>>) => call(),
});
