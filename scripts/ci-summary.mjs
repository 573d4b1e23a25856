/**
 * The last line of .ci/run: `N passed, N failed`, tests and gates together.
 * `node scripts/ci-summary.mjs TEST_REPORT TEST_EXIT_CODE CHECK_REPORT CHECK_EXIT_CODE`; exit code 1 where anything failed.
 */
import { readFileSync } from 'node:fs';
import { countTests } from './test-report.mjs';

function countGates(file, exitCode) {
  try {
    const { passed, failed } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const [testReport, testCode, checkReport, checkCode] = process.argv.slice(2);
const tests = countTests(testReport, Number(testCode));
const gates = countGates(checkReport, Number(checkCode));
const failed = tests.failed + gates.failed;
console.log(`tests: ${tests.passed} passed, ${tests.failed} failed; gates: ${gates.passed} passed, ${gates.failed} failed\n`);
console.log(`${tests.passed + gates.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
