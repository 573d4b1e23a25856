/** Every valid interface definition of the repository: those that ship, those of samples, fixtures and golden files. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface ValidFile {
  readonly path: string;
  readonly text: string;
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) return below(place);
    return place.endsWith('.idl') ? [place] : [];
  });
}

export const VALID: readonly ValidFile[] = ['idl', 'samples', 'test/fixtures', 'bench']
  .flatMap(below)
  .map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
