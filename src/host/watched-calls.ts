/** The calls of a host, for the tracing channel `deciduous:call` of `node:diagnostics_channel`. */
import { channel } from 'node:diagnostics_channel';
import { nowMs } from '../abi/clock.js';
import type { RpcResult } from '../abi/result.js';
import type { CallWatch } from '../proxy/call-watch.js';
import type { MethodRuntime } from '../proxy/method-runtime.js';
import type { CallTarget } from '../proxy/pending-call.js';

/** One call. The same object in all its events, filled as the call goes on. */
export interface CallMessage<Kernel = unknown> {
  readonly kernel: Kernel;
  /** The name of the domain that is called. */
  readonly domain: string;
  /** `Interface.method`. */
  readonly method: string;
  /** Whether the host waits for the outcome, doing nothing else. */
  readonly waits: boolean;
  /** Milliseconds of the clock that `kernel.trace()` has. */
  readonly startMs: number;
  /** From `end` on. */
  endMs?: number;
  /** What the call answered: of a call that does not wait, from `asyncStart` on. */
  result?: RpcResult<unknown>;
  /** The RpcError that the result holds; or what was thrown, where the call was a mistake of the program. */
  error?: unknown;
}

/** What is called, as far as a message says it: by a kernel of either kind. */
type Labelled = Pick<CallTarget, 'label'>;

const NAME = 'tracing:deciduous:call';
const [start, end, asyncStart, asyncEnd, failed] = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((event) => channel(`${NAME}:${event}`));

export class WatchedCalls implements CallWatch {
  /** Who the messages say was called through. */
  kernel: unknown = null;

  get isWatched(): boolean {
    return start.hasSubscribers || end.hasSubscribers || asyncStart.hasSubscribers || asyncEnd.hasSubscribers || failed.hasSubscribers;
  }

  #message({ label: domain }: Labelled, { label: method }: MethodRuntime, waits: boolean): CallMessage {
    return { kernel: this.kernel, domain, method, waits, startMs: nowMs() };
  }

  blocking(target: Labelled, method: MethodRuntime, call: () => RpcResult<unknown>): RpcResult<unknown> {
    const message = this.#message(target, method, true);
    return start.runStores(message, () => {
      try {
        return settled(message, call());
      } catch (error) {
        throw thrown(message, error);
      } finally {
        ended(message);
      }
    });
  }

  promised(target: Labelled, method: MethodRuntime, call: () => Promise<RpcResult<unknown>>): Promise<RpcResult<unknown>> {
    const message = this.#message(target, method, false);
    return start.runStores(message, () => {
      const promise = call();
      ended(message);
      return promise.then(
        (result) => {
          settled(message, result);
          return asyncStart.runStores(message, () => (asyncEnd.publish(message), result));
        },
        (error: unknown) => {
          thrown(message, error);
          return asyncStart.runStores(message, () => (asyncEnd.publish(message), Promise.reject(error as Error)));
        },
      );
    });
  }
}

function settled(message: CallMessage, result: RpcResult<unknown>): RpcResult<unknown> {
  message.result = result;
  if (!result.ok) {
    message.error = result.error;
    failed.publish(message);
  }
  return result;
}

function thrown(message: CallMessage, error: unknown): unknown {
  message.error = error;
  failed.publish(message);
  return error;
}

function ended(message: CallMessage): void {
  message.endMs = nowMs();
  end.publish(message);
}
