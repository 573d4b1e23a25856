/**
 * Builds on a thread of their own, so that a large extension stalls nobody.
 *
 * The pool is made at the first build and has one thread at most: builds are rare, and the bundler has threads of its own.
 * An idle thread does not keep the process alive.
 */
import { resolve } from 'node:path';
import { Piscina } from 'piscina';
import type { Leaf } from '../abi/leaf.js';
import type { PackOptions } from './pack-extension.js';
import { PackError } from './pack-error.js';
import type { PackOutcome, PackTask } from './pack-worker.js';

/** A host that loads several extensions does so in a row; after that the thread has nothing more to do. */
const IDLE_MS = 2_000;

let pool: Piscina<PackTask, PackOutcome> | undefined;

/** As packExtension, on the pool's thread. Throws the same PackError. */
export async function packInPool(entry: string, options: PackOptions = {}): Promise<Leaf> {
  pool ??= new Piscina<PackTask, PackOutcome>({
    filename: new URL('./pack-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
  });
  const outcome = await pool.run({ entry: resolve(entry), options });
  if (outcome.ok) return outcome.leaf;
  throw new PackError(outcome.fault);
}

/** Ends the pool's thread, if there is one. The next build makes a new pool. */
export async function closeBuildPool(): Promise<void> {
  const closing = pool;
  pool = undefined;
  await closing?.destroy();
}
