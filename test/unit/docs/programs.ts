/** The files that pages hold, written to a folder inside the package, so that they import it as a user's program would. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../../dist/idl/index.js';
import { type Fence, type Page, PAGES, repository } from './pages.js';

const runner = fileURLToPath(new URL('support/run-program.mjs', import.meta.url));

export function newFolder(): string {
  const parent = path.join(repository, '.tmp');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(path.join(parent, 'docs-'));
}

/** The fences with a file's name on a page, and those on the index page of its folder, which its pages share. */
function filesFor(page: Page): Fence[] {
  const index = PAGES.find((each) => each.path === path.posix.join(path.posix.dirname(page.path), 'README.md'));
  const shared = index === undefined || index === page || page.path === 'CONTRIBUTING.md' ? [] : index.fences;
  return [...shared, ...page.fences].filter((fence) => fence.words.has('file'));
}

/** Writes what the page's programs need, generated modules included. */
export function layOut(page: Page, folder: string): void {
  for (const fence of filesFor(page)) {
    const place = path.join(folder, fence.words.get('file') as string);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, fence.text);
    if (fence.language !== 'idl') continue;
    const { diagnostics, files } = compile([{ path: place, text: fence.text }]);
    if (diagnostics.length > 0) throw new Error(`${fence.page}:${fence.line}: ${diagnostics[0].message}`);
    mkdirSync(path.join(folder, 'generated'), { recursive: true });
    for (const file of files) writeFileSync(path.join(folder, 'generated', file.path), file.text);
  }
}

/** What a program prints. Throws where it fails or says anything else. */
export function outputOf(program: Fence, folder: string): string {
  const file = path.join(folder, program.words.get('file') ?? 'program.ts');
  writeFileSync(file, program.text);
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, file], { cwd: folder, encoding: 'utf8', timeout: 100_000 });
  if (status !== 0 || stderr !== '') throw new Error(`${program.page}:${program.line} ended with ${String(status)}\n${stdout}${stderr}`);
  return stdout.trim();
}
