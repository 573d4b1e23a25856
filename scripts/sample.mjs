/**
 * Runs a sample with the arguments given, after setting up what is missing.
 *
 * The program runs in this process and not in a child, so signals reach it and its exit code is ours. tsx is registered here rather
 * than on the command line, since worker threads inherit a `--import` and would each load a compiler.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { orExplain, root, setUp } from './setup.mjs';

/** `name` is the folder below samples/. */
export async function runSample(name) {
  await orExplain(() => setUp());
  const program = path.join(root, 'samples', name, 'main.ts');
  process.argv[1] = program;
  const { register } = await import('tsx/esm/api');
  register();
  await import(pathToFileURL(program).href);
}
