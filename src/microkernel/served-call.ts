/** A call to one of the kernel's own interfaces, as the service keeps it: while its caller waits, and until it is known what became of the answer. */
import type { DomainId } from '../abi/domain-id.js';
import { CallState, withState } from '../abi/record-layout.js';
import type { CallContext, Serving } from '../proxy/call-context.js';
import type { CallSpace } from '../proxy/call-space.js';

export class ServedCall {
  readonly #space: CallSpace;
  readonly #serving: Serving;

  constructor(space: CallSpace, serving: Serving) {
    this.#space = space;
    this.#serving = serving;
  }

  /** The call that the kernel serves now. Throws an Error outside calls. */
  static current({ space, serving }: Pick<CallContext, 'space' | 'serving'>): ServedCall {
    if (serving === null) throw new Error('the kernel serves no call now');
    return new ServedCall(space, serving);
  }

  get caller(): DomainId {
    return this.#serving.caller;
  }

  get record(): number {
    return this.#serving.record;
  }

  #isIn(state: number): boolean {
    return this.#space.state(this.#serving.at) === withState(this.#serving.word, state);
  }

  /** Whether its caller still waits for the answer. It may give up at any moment: only `onEnd` tells whether it got one. */
  get isAwaited(): boolean {
    return this.#isIn(CallState.Running);
  }

  /** Whether it has been answered, and its caller has not taken the answer: of a thread that has ended, for good. */
  get isUntaken(): boolean {
    return this.#isIn(CallState.Replied);
  }

  /** `ended` is called once, when the call ends: with true where its result is the caller's, with false where the caller was gone by then, or got a fault. */
  onEnd(ended: (replied: boolean) => void): void {
    this.#serving.onEnd = ended;
  }
}
