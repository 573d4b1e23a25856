/**
 * For whom a reaction works: what is given to `then` runs for the call that gave it, as what follows an `await` does. Its parent, its deadline and its fuel are that call's, whatever other calls have run in between.
 *
 * And a panic passes every reaction as it passes every handler: a promise made of what ended with one leads nowhere.
 *
 * `catch`, `finally` and `queueMicrotask` come through here too. What does not is the `then` of an object that is no promise, which the engine calls in a job of its own: that works for whoever worked last.
 */
import { replace } from './taming.js';

/** The domain's calls, as code that is suspended keeps them. */
export interface CurrentCalls {
  holdCurrent(): unknown;
  resumeCurrent(held: unknown): void;
}

type Reaction = (value: unknown) => unknown;

const { apply } = Reflect;
const { then } = Promise.prototype;

let calls: CurrentCalls | null = null;
let judge: (error: unknown) => void = () => {};

/** From here on reactions work for the calls of this domain. `judging` throws the panic that is under way, or that an error is. */
export function startReactions(of: CurrentCalls, judging: (error: unknown) => void): void {
  calls = of;
  judge = judging;
}

function held(reaction: unknown, isRejected: boolean): unknown {
  if (typeof reaction !== 'function' || calls === null) return reaction;
  const current = calls;
  const call = current.holdCurrent();
  return (value: unknown): unknown => {
    judge(isRejected ? value : undefined);
    current.resumeCurrent(call);
    return (reaction as Reaction)(value);
  };
}

replace(Promise.prototype, {
  // oxlint-disable-next-line unicorn/no-thenable -- it names what it replaces, and nobody awaits it
  then(this: unknown, fulfilled: unknown, rejected: unknown) {
    return apply(then, this, [held(fulfilled, false), held(rejected, true)]) as unknown;
  },
});
