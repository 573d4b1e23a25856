/** `--trace FILE`: what happened in the run, for a viewer of traces. */
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { KernelHandle } from 'deciduous';
import { UsageError } from './arguments.js';
import { FileFailure, reasonOf } from './file-failure.js';

/** What each thread may tell before its oldest events are lost. */
export const TRACE_EVENTS = 60_000;

/** Asked before the run, which takes a while. Throws a UsageError for a file that cannot be written. */
export function checkTraceFile(file: string): void {
  if (file === '') throw new UsageError('--trace wants the name of a file, as in --trace run.json.');
  const isNew = !existsSync(file);
  try {
    closeSync(openSync(file, 'a'));
  } catch (error) {
    throw new UsageError(`--trace ${file} cannot be written: ${reasonOf(error)}.`);
  }
  if (isNew) rmSync(file);
}

/** Writes the trace of all that has happened. Answers a line that says how to look at it. Throws a FileFailure. */
export async function writeTrace(kernel: KernelHandle, file: string): Promise<string> {
  const trace = await kernel.trace();
  try {
    await writeFile(file, JSON.stringify(trace.toChromeTrace()));
  } catch (error) {
    throw new FileFailure(`--trace ${file} cannot be written`, error);
  }
  const lost = trace.lost === 0 ? '' : `, ${trace.lost} older ones lost`;
  return `Trace: ${trace.events.length} events${lost} in ${file}. Open https://ui.perfetto.dev and drop the file there, or load it in chrome://tracing.\n`;
}
