/** The pages: the readme, those of working on the project, and everything below docs/, with their links and fences. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));

export interface Fence {
  readonly page: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly language: string;
  /** What stands behind the language: words, or NAME=VALUE. */
  readonly words: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface Page {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
  readonly fences: readonly Fence[];
  readonly links: readonly string[];
}

function fencesOf(page: string, text: string): Fence[] {
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1],
    words: new Map(
      match[2].split(' ').flatMap((word): [string, string][] => (word === '' ? [] : [word.split(/=(.*)/s).slice(0, 2).concat('') as [string, string]])),
    ),
    text: match[3],
  }));
}

/** What is left of a page without its fences: prose. */
export function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

function readPage(place: string): Page {
  const text = readFileSync(path.join(repository, place), 'utf8');
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
  return { path: place, text, fences: fencesOf(place, text), links };
}

function below(folder: string): string[] {
  return readdirSync(path.join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const place = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return below(place);
    return place.endsWith('.md') ? [place] : [];
  });
}

export const PAGES: readonly Page[] = ['README.md', 'CONTRIBUTING.md', ...below('docs').sort()].map(readPage);

export function pageAt(place: string): Page | undefined {
  return PAGES.find((page) => page.path === place);
}

/** What a heading is called in a link. */
export function anchorsOf(text: string): Set<string> {
  const headings = proseOf(text).matchAll(/^#{1,6} +(.*)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replace(/ /g, '-'),
    ),
  );
}

/** The fence that follows another one on its page, where it is of that kind. */
export function after(fence: Fence, word: string): Fence | undefined {
  const fences = pageAt(fence.page)?.fences ?? [];
  const next = fences[fences.indexOf(fence) + 1];
  return next?.words.has(word) ? next : undefined;
}
