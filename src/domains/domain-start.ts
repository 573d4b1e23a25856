/**
 * What a domain's thread begins with: it runs the one file that holds all its modules (scripts/bundle-worker.mjs makes it of domain-worker.js), with what V8 has compiled of it in a thread before, where the kernel has that.
 * Compiling, function by function as each is first called, is half of a start, and most of the first of everything that a thread does.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';

/** What the kernel starts a thread with. */
interface Beginning {
  /** The path of the one file. */
  readonly modules: string;
  readonly codeCache: Uint8Array | null;
}

/** The modules, in their function. */
type Modules = (require: NodeJS.Require, makeCodeCache: () => Uint8Array) => void;

const { modules: filename, codeCache } = workerData as Beginning;
// What another version of V8, or one with other flags, has compiled is refused by V8, and compiled anew.
const script = new Script(`(function (require, makeCodeCache) {${readFileSync(filename, 'utf8')}\n})`, {
  filename,
  ...(codeCache !== null && { cachedData: codeCache }),
});
(script.runInThisContext() as Modules)(createRequire(filename), () => script.createCachedData());
