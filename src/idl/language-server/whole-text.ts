/** One text in place of another, as an edit of the part that differs alone: what is before and behind keeps its folds and marks. */
import type { TextDocument } from 'langium';
import type { TextEdit } from 'vscode-languageserver';
import { rangeOf } from './diagnostics.js';

/** Whether an offset is within a line end of two characters or a pair of surrogates, where no position points. */
function isInside(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const behind = text.charCodeAt(offset);
  return (before === 13 && behind === 10) || (before >= 0xd800 && before < 0xdc00 && behind >= 0xdc00 && behind < 0xe000);
}

export function replaceWhole(document: TextDocument, text: string): TextEdit[] {
  const old = document.getText();
  if (old === text) return [];
  const most = Math.min(old.length, text.length);
  let head = 0;
  while (head < most && old[head] === text[head]) head += 1;
  while (isInside(old, head) || isInside(text, head)) head -= 1;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  while (isInside(old, old.length - tail) || isInside(text, text.length - tail)) tail -= 1;
  return [{ range: rangeOf(document, head, old.length - head - tail), newText: text.slice(head, text.length - tail) }];
}
