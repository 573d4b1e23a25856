/**
 * The mark of a trusted operation.
 *
 * A trusted operation may be torn by an exception that nobody threw: recurse to just below the stack limit, call `alloc`, and the overflow strikes between
 * two stores. So an operation is marked before its first shared store and unmarked after its last, without try or finally: if an exception passes, the mark
 * stays, and everything trusted that is entered afterwards refuses, because the only sound end of that domain is its death.
 *
 * The same flag makes a panic uncatchable: once set, every trusted entry throws it again, whatever the extension caught.
 */
import type { CrashCause } from '../../abi/result.js';

export class PanicSignal extends Error {
  readonly crash: CrashCause;
  constructor(crash: CrashCause, message: string) {
    super(message);
    this.name = 'Panic';
    this.crash = crash;
    Object.freeze(this);
  }
}

export class Operation {
  #marked = false;
  #panic: PanicSignal | null = null;
  /** Calls of this thread's own, and outcomes of such, that have begun and not ended. One that an exception left open is seen by whoever compares. */
  waits = 0;

  /** Throws if this thread is panicking. An operation that is still marked was torn: that is a panic. */
  check(): void {
    if (this.#marked || this.#panic !== null) this.#refuse();
  }

  /** Marks. Nothing foreign may run from here to `end`. */
  begin(): void {
    if (this.#marked || this.#panic !== null) this.#refuse();
    this.#marked = true;
  }

  end(): void {
    this.#marked = false;
  }

  /** Whether an operation is under way, or was torn: what it had put in transit is for the kernel to sort out. */
  get isMarked(): boolean {
    return this.#marked;
  }

  /** Whether this thread is to die, and why. */
  get panic(): PanicSignal | null {
    if (this.#marked && this.#panic === null) this.#tear();
    return this.#panic;
  }

  /** Makes the panic sticky. The first one counts. */
  raise(panic: PanicSignal): PanicSignal {
    this.#panic ??= panic;
    return this.#panic;
  }

  /** Says that something trusted was torn. */
  tear(): void {
    if (this.#panic === null) this.#tear();
  }

  #tear(): void {
    this.#panic = new PanicSignal('stack-overflow', 'an operation of the trusted runtime was torn by a stack overflow or for want of memory');
  }

  #refuse(): never {
    if (this.#panic === null) this.#tear();
    throw this.#panic as unknown as PanicSignal;
  }
}
