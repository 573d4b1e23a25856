/** Reads vitest's JSON report (vitest.config.ts writes one where TEST_REPORT names a file). */
import { readFileSync } from 'node:fs';

/**
 * How many tests passed and failed. A file that could not be loaded has no tests to count and counts as one failure, and so does a run that ended
 * badly (`exitCode` other than 0) without saying which test did it, or that left no report: silence is never a pass.
 */
export function countTests(file, exitCode) {
  let passed = 0;
  let failed = 0;
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    passed = report.numPassedTests;
    failed = report.numFailedTests;
    failed += report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length;
  } catch {
    failed = 1;
  }
  if (failed === 0 && (exitCode !== 0 || passed === 0)) failed = 1;
  return { passed, failed };
}
