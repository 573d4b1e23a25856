/** The build as a task of a thread pool. A refusal goes back as data: a thrown PackError would lose its class and its place. */
import { stop } from 'esbuild';
import type { Leaf } from '../abi/leaf.js';
import { type PackOptions, packExtension } from './pack-extension.js';
import { PackError, type PackFault } from './pack-error.js';

export interface PackTask {
  readonly entry: string;
  readonly options: PackOptions;
}

export type PackOutcome = { readonly ok: true; readonly leaf: Leaf } | { readonly ok: false; readonly fault: PackFault };

export default async function pack(task: PackTask): Promise<PackOutcome> {
  try {
    return { ok: true, leaf: await packExtension(task.entry, task.options) };
  } catch (error) {
    if (error instanceof PackError) return { ok: false, fault: error.fault };
    throw error;
  } finally {
    // The bundler is a process of its own, which would outlive this thread when the pool ends it.
    await stop();
  }
}
