/** Versions of a program that keeps notes, and of one that keeps something else under a name that the other gives up: what the tests of upgrades with media share. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { packExtension } from '../../dist/pack/index.js';
import { tokenOf, writeExtension } from './versions.js';

const IDL = `package handing;
struct Note { text: string; mood: Mood; next: Option<RRef<Note>>; }
struct Number { a: u32; b: u32; }
enum Mood { Calm, Busy(string), }
interface Reader {
  read(note: &RRef<Note>): u32;
  ready(): void;
}
interface Keeper {
  version(): u32;
  write(text: string): void;
  read(): string;
  /// Lends the note without waiting for the answer.
  lend(reader: Reader): void;
}`;

export const Keeper = tokenOf(IDL, 'handing.Keeper');
export const Reader = tokenOf(IDL, 'handing.Reader');

export interface Made {
  readonly version: number;
  /** As it stands in the definition. */
  readonly keeps: string;
  /** What its init does before it answers. */
  readonly init?: string;
  readonly imports?: string;
}

/** Writes a version; answers its file, and what removes it. */
export function written({ version, keeps, init = '', imports = '' }: Made): { readonly file: string; readonly remove: () => void } {
  const folder = writeExtension(
    IDL,
    `import { defineDomain } from 'deciduous/domain';
import { Keeper, Note, Number, Reader } from './generated/handing.js';
export default defineDomain({
  version: ${version},
  provides: { keeper: Keeper },
  imports: { ${imports} },
  keeps: { ${keeps} },
  async init({ heap, media, imports }: any): Promise<any> {
    const note = (text: string) => heap.alloc(Note, { text, mood: { tag: 'Calm' }, next: null });
    ${init}
    return {
      keeper: {
        version: () => ${version},
        write: (text: string) => media.note.put(note(text)),
        read: () => media.note.value?.text ?? 'nothing',
        lend(reader: any) { void reader.async.read(media.note.value); },
      },
    };
  },
} as never);`,
  );
  return { file: path.join(folder, 'main.ts'), remove: () => rmSync(folder, { recursive: true }) };
}

/** The leaf of a version. */
export async function keeperLeaf(made: Made): ReturnType<typeof packExtension> {
  const { file, remove } = written(made);
  try {
    return await packExtension(file, { name: 'keeper' });
  } finally {
    remove();
  }
}
