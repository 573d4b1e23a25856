/** Formatting: the one layout that `deciduous idl fmt` gives. */
import type { TextDocument } from 'langium';
import type { TextEdit } from 'vscode-languageserver';
import { format } from '../format/format.js';
import { replaceWhole } from './whole-text.js';

/** Undefined where the text has errors of syntax: nobody knows what it should be, and diagnostics tell them. */
export function formatting(document: TextDocument, filePath: string): TextEdit[] | undefined {
  const { text } = format({ path: filePath, text: document.getText() });
  return text === undefined ? undefined : replaceWhole(document, text);
}
