/** Applies machine fixes to files, again and again, since one mistake can hide another behind it. */
import { check, type CheckOptions } from './compile.js';
import type { Diagnostic, SourceFile } from './diagnostic.js';
import type { Edit } from './fix.js';

export interface Fixed {
  /** The files as they are to be, in the order given. */
  readonly sources: readonly SourceFile[];
  /** What was applied, each with its place in the file as it was then. */
  readonly applied: readonly Diagnostic[];
}

/** More rounds than mistakes that hide behind one another. */
const MOST_ROUNDS = 32;

/**
 * Applies every fix of `sources`, until there is none left. Files that are only imported stay as they are. Edits that would overlap wait for
 * the next round. A round after which more is wrong is taken back, and was the last.
 */
export function applyFixes(sources: readonly SourceFile[], options: CheckOptions = {}): Fixed {
  let now = sources;
  let { diagnostics } = check(now, options);
  const applied: Diagnostic[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const taken: Diagnostic[] = [];
    const next = now.map((source) => {
      const own = diagnostics.filter(({ file }) => file === source.path);
      const { edits, diagnostics: those } = compatible(own);
      taken.push(...those);
      // Offsets do not count a byte order mark, and it stays.
      const mark = source.text.startsWith('\ufeff') ? '\ufeff' : '';
      return edits.length === 0 ? source : { path: source.path, text: mark + edited(source.text.slice(mark.length), edits) };
    });
    if (taken.length === 0) break;
    const after = check(next, options).diagnostics;
    if (after.length > diagnostics.length) break;
    applied.push(...taken);
    now = next;
    diagnostics = after;
  }
  return { sources: now, applied };
}

/** The fixes, first come first served, whose edits neither overlap nor meet. */
function compatible(diagnostics: readonly Diagnostic[]): { edits: Edit[]; diagnostics: Diagnostic[] } {
  const edits: Edit[] = [];
  const taken = diagnostics.filter(({ fix }) => {
    if (!fix || fix.edits.some((edit) => edits.some((other) => meet(edit, other)))) return false;
    edits.push(...fix.edits);
    return true;
  });
  return { edits, diagnostics: taken };
}

function meet(a: Edit, b: Edit): boolean {
  return a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;
}

function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.offset - b.offset)) {
    parts.push(text.slice(at, edit.offset), edit.text);
    at = edit.offset + edit.length;
  }
  return parts.join('') + text.slice(at);
}
