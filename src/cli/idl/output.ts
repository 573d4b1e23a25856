/** Files that verbs of `deciduous idl` make: written where they differ, or only compared. */
import path from 'node:path';
import type { GeneratedFile } from '../../idl/index.js';
import { compareText, writeWhole } from '../text-file.js';
import { complain, print } from '../verb.js';

export interface Output {
  readonly path: string;
  readonly state: 'written' | 'unchanged' | 'differs' | 'missing';
}

/** Brings the files in `folder` up to date, or with `checkOnly` says which are not. A file that needs no change is not touched. */
export function putOut(files: readonly GeneratedFile[], folder: string, checkOnly: boolean): Output[] {
  return files.map((file) => {
    const target = path.join(folder, file.path);
    const state = compareText(target, file.text);
    if (checkOnly || state === 'unchanged') return { path: target, state };
    writeWhole(target, file.text);
    return { path: target, state: 'written' };
  });
}

export function isCurrent({ state }: Output): boolean {
  return state === 'written' || state === 'unchanged';
}

/** Tells people what became of each file. */
export function printOutputs(outputs: readonly Output[]): void {
  for (const { path: target, state } of outputs) print(`${target}: ${state}`);
  const drifted = outputs.filter((output) => !isCurrent(output)).length;
  if (drifted > 0) complain(`${drifted} of ${outputs.length} files are out of date: run the same command without --check`);
}
