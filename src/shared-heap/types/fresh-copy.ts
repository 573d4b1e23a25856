/**
 * Copies of a function that the engine optimises each on its own.
 *
 * V8 keeps what it learns about a piece of code, such as the hidden classes of the objects it sees, beside the code, and all closures of one piece of code share it. An accessor that serves
 * handles of many types therefore looks everything up by name: 45 ns a read with eight types where one alone takes 2.5 (decision 0013). A script that is run again makes its functions anew, with nothing
 * learnt, and at the cost of no new compilation.
 */
import { Script } from 'node:vm';

/**
 * Answers a source of copies. The function must be complete in itself: its text is all that is copied, so it may name its parameters, its own variables and the language's globals, nothing of its module.
 * No text of anybody else's is ever part of it.
 */
export function freshCopies<Copied extends (...args: never[]) => unknown>(name: string, original: Copied): () => Copied {
  const script = new Script(`(${Function.prototype.toString.call(original)})`, { filename: `deciduous:${name}` });
  return () => script.runInThisContext() as Copied;
}
