/** Runs oxlint, and says what it found as violations. Three gates read from it: lint, layering and the seam around shared memory. */
import { giveUp, runJsonTool } from './gate.mjs';

/** Rules that carry the layering. */
export const LAYERING = new Set(['eslint(no-restricted-imports)', 'import(no-cycle)']);

/** Rules that keep shared memory behind one file. */
export const SEAM = new Set(['eslint(no-restricted-globals)', 'eslint(no-restricted-properties)', 'typescript(no-restricted-types)']);

/** The files of an import cycle, from the drawing that oxlint makes of it. */
function circle(drawing) {
  const steps = [...drawing.matchAll(/\(([^)]+)\)/g)].map(([, file]) => file);
  return ` (${[steps.at(-1), ...steps].join(' -> ')})`;
}

/** Violations whose rule `wanted` accepts, and how many files were looked at. */
export function lint(args, wanted) {
  const { diagnostics, number_of_files: looked } = runJsonTool('oxlint/bin/oxlint', ['-f', 'json', ...args]);
  if (!looked) giveUp('oxlint', 'it found no files');
  const violations = diagnostics
    .filter(({ code }) => wanted(code))
    .map(({ filename, labels, code, message, help, note }) => ({
      where: `${filename}:${labels[0]?.span.line ?? 1}`,
      what: `${code ?? 'syntax'} ${message.replaceAll(/\s+/g, ' ')}${code === 'import(no-cycle)' ? circle(note ?? '') : ''}`,
      todo: help?.replaceAll(/\s+/g, ' '),
    }));
  return { looked, violations: violations.sort((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true })) };
}
