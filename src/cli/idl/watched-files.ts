/**
 * The files that a round of work has read, and a call when one of them has become another.
 *
 * Folders are watched and not files, because editors put a new file in the place of the old one and a watch of the old one would go with it. Of a file that is
 * not there the nearest folder that is there is watched. What counts is the text: a file that was only touched, or saved as it was, is no change.
 *
 * On `fs.watch` of Node itself: a handful of folders, each of them flat, is what it does well, and the rules above would have to be written on top of a
 * library for trees of files just as well.
 */
import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import path from 'node:path';
import { readFromDisk } from '../../idl/index.js';

/** Editors save in several steps: a folder has to be quiet for so long before anybody looks. */
const QUIET_MS = 60;

interface Watched {
  readonly watcher: FSWatcher;
  /** Which folder it was: another may have come in its place. */
  readonly inode: bigint;
}

function textOf(filePath: string): string | undefined {
  try {
    return readFileSync(filePath, 'utf8');
  } catch {
    return undefined;
  }
}

function inodeOf(folder: string): bigint | undefined {
  const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return found?.isDirectory() ? found.ino : undefined;
}

export class WatchedFiles {
  readonly #onChange: () => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #texts = new Map<string, string | undefined>();
  readonly #folders = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** `onChange` is called from the event loop, never while `watch` runs. What it throws, and why watching cannot go on, goes to `onFailure`. */
  constructor(onChange: () => void, onFailure: (error: unknown) => void) {
    this.#onChange = onChange;
    this.#onFailure = onFailure;
  }

  /** A new round begins: what the last one read does not count any more. */
  forget(): void {
    this.#texts.clear();
  }

  /** The text of a file, or undefined where there is none; from now on it is among those that are watched. Throws an Error for what is no text. */
  read(filePath: string): string | undefined {
    this.note(filePath);
    const text = readFromDisk(filePath);
    this.#texts.set(path.resolve(filePath), text);
    return text;
  }

  /** A file is among those that are watched from now on. */
  note(filePath: string): void {
    const place = path.resolve(filePath);
    this.#texts.set(place, textOf(place));
  }

  /** Watches for changes of what was read since `forget`, those included that came before this call. Throws an Error where the system does not let it. */
  watch(): void {
    const wanted = new Set([...this.#texts.keys()].map((place) => nearestFolder(path.dirname(place))));
    for (const [folder, { watcher, inode }] of this.#folders) {
      if (wanted.has(folder) && inodeOf(folder) === inode) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) if (!this.#folders.has(folder)) this.#open(folder);
    if (this.#isChanged()) this.#look();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { watcher } of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #open(folder: string): void {
    const inode = inodeOf(folder);
    // It has gone this moment. The folder above it is watched the next time.
    if (inode === undefined) return this.#look();
    let watcher: FSWatcher;
    try {
      watcher = watch(folder, (_, name) => {
        if (name === null || this.#concerns(folder, name)) this.#look();
      });
    } catch (error) {
      throw new Error(`${folder} cannot be watched: ${(error as Error).message}`);
    }
    // Some systems tell by an error that a folder has gone.
    watcher.on('error', () => this.#look());
    this.#folders.set(folder, { watcher, inode });
  }

  /** Whether what is called `name` in `folder` is a file that was read, a folder above one, or `folder` itself. */
  #concerns(folder: string, name: string): boolean {
    if (name === path.basename(folder)) return true;
    const place = path.join(folder, name);
    return [...this.#texts.keys()].some((each) => each === place || each.startsWith(place + path.sep));
  }

  #isChanged(): boolean {
    return [...this.#texts].some(([place, text]) => textOf(place) !== text);
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      try {
        if (this.#isChanged()) this.#onChange();
        else this.watch();
      } catch (error) {
        this.#onFailure(error);
      }
    }, QUIET_MS);
  }
}

function nearestFolder(folder: string): string {
  let at = folder;
  while (inodeOf(at) === undefined && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}
