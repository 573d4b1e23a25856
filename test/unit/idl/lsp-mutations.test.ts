/** Whatever a file holds, what the language server is made of answers at any place of it. MUTATION_SEED replays; DEEP=1: see test/model/depth.ts. */
import path from 'node:path';
import fc from 'fast-check';
import { TextDocument, URI } from 'langium';
import { describe, expect, it } from 'vitest';
import { codeActions } from '../../../dist/idl/language-server/code-actions.js';
import { completionsAt } from '../../../dist/idl/language-server/completion.js';
import { definitionOf, referencesOf } from '../../../dist/idl/language-server/definition.js';
import { shownDiagnostics } from '../../../dist/idl/language-server/diagnostics.js';
import { formatting } from '../../../dist/idl/language-server/formatting.js';
import { hoverAt } from '../../../dist/idl/language-server/hover.js';
import { rename, RenameRefusal } from '../../../dist/idl/language-server/rename.js';
import { symbolsOf } from '../../../dist/idl/language-server/symbols.js';
import { Workspace } from '../../../dist/idl/language-server/workspace.js';
import { DEEP_MINUTES, seedFrom } from '../../model/depth.js';
import { mutant } from './mutants.js';

const LIMIT = DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 20_000, markInterruptAsFailure: false } : { numRuns: 300 };

describe('hostile text in an editor', () => {
  it(
    'has its diagnostics, and an answer at any place',
    () => {
      let named = 0;
      fc.assert(
        fc.property(mutant, fc.array(fc.nat(100_000), { minLength: 3, maxLength: 3 }), (file, offsets) => {
          const filePath = path.resolve(file.path);
          const document = TextDocument.create(URI.file(filePath).toString(), 'deciduous', 1, file.text);
          const workspace = new Workspace();
          workspace.put(document);
          const analysis = workspace.analysis(filePath);
          const end = document.offsetAt(document.positionAt(file.text.length));
          for (const { range } of shownDiagnostics(workspace, filePath, analysis?.diagnostics ?? [])) {
            expect(document.offsetAt(range.start)).toBeLessThanOrEqual(document.offsetAt(range.end));
            expect(document.offsetAt(range.end)).toBeLessThanOrEqual(end);
          }
          const found = workspace.module(filePath);
          if (found) symbolsOf(found.module, workspace.document(filePath));
          formatting(document, filePath);
          for (const offset of offsets) {
            const position = document.positionAt(offset % (file.text.length + 1));
            hoverAt(workspace, filePath, position);
            completionsAt(workspace, filePath, position);
            definitionOf(workspace, filePath, position, true);
            referencesOf(workspace, [], filePath, position, true);
            codeActions(workspace, filePath, { start: position, end: position }, undefined);
            try {
              rename(workspace, [], filePath, position, 'renamed_z');
              named++;
            } catch (error) {
              expect(error).toBeInstanceOf(RenameRefusal);
            }
          }
        }),
        { seed: seedFrom('MUTATION_SEED', 21), ...LIMIT },
      );
      expect(named).toBeGreaterThan(10);
    },
    90_000 + DEEP_MINUTES * 60_000,
  );
});
