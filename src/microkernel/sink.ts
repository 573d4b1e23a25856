/**
 * An interface reference that the kernel tells things: without waiting, and without a queue of its own. What cannot be told now is dropped and counted, and the count is told with the next thing.
 */
import type { RpcErrorCode, RpcResult } from '../abi/result.js';

/** What a proxy is to its sink. */
interface Told<Async> {
  readonly async: Async;
  drop(): void;
}

/** The provider is dead, or has taken the reference back: it will never be told anything again. */
const GONE: ReadonlySet<RpcErrorCode> = new Set(['DomainDead', 'PermissionDenied']);

export class Sink<Async> {
  readonly #proxy: Told<Async>;
  readonly #mostUnderWay: number;
  readonly #onGone: () => void;
  #underWay = 0;
  #missed = 0;

  /** `onGone` is called when nobody can be told any more, and perhaps again. */
  constructor(proxy: Told<Async>, mostUnderWay: number, onGone: () => void) {
    this.#proxy = proxy;
    this.#mostUnderWay = mostUnderWay;
    this.#onGone = onGone;
  }

  /** Answers whether the sink was told; false where it was not, and will not be. */
  async tell(call: (sink: Async, missed: number) => Promise<RpcResult<void>>): Promise<boolean> {
    if (this.#underWay >= this.#mostUnderWay) {
      this.#missed++;
      return false;
    }
    const missed = this.#missed;
    this.#missed = 0;
    this.#underWay++;
    const result = await call(this.#proxy.async, missed);
    this.#underWay--;
    if (result.ok || result.error.started) return true;
    if (GONE.has(result.error.code)) this.#onGone();
    this.#missed += missed + 1;
    return false;
  }

  /** Lets go of the reference: its provider learns that the kernel does not hold it any more. */
  end(): void {
    this.#proxy.drop();
  }
}
