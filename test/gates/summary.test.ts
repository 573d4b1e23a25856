import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Tests {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

/** The last line that .ci/run would print for these reports and exit codes, and its own exit code. `undefined` stands for a report that was never written. */
function summarise(tests: Tests | undefined, testCode: number, gates: { passed: number; failed: number } | undefined, gateCode: number) {
  const [testReport, gateReport] = [tests, gates].map((report, index) => {
    const file = path.join(folder, `${index}.json`);
    rmSync(file, { force: true });
    if (report) writeFileSync(file, JSON.stringify(report));
    return file;
  });
  const script = fileURLToPath(new URL('../../scripts/ci-summary.mjs', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [script, testReport, `${testCode}`, gateReport, `${gateCode}`], { encoding: 'utf8' });
  return { status, line: stdout.trimEnd().split('\n').at(-1) };
}

const passing: Tests = { numPassedTests: 12, numFailedTests: 0, testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }] };
const gates = { passed: 14, failed: 0 };

describe('the last line of continuous integration', () => {
  test('adds tests and gates up', () => {
    expect(summarise(passing, 0, gates, 0)).toEqual({ status: 0, line: '26 passed, 0 failed' });
  });

  test('counts a failed test and a failed gate', () => {
    const failing = { numPassedTests: 11, numFailedTests: 1, testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }] };
    expect(summarise(failing, 1, { passed: 13, failed: 1 }, 1)).toEqual({ status: 1, line: '24 passed, 2 failed' });
  });

  test('counts a file of tests that could not be loaded', () => {
    const broken = { ...passing, testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(summarise(broken, 1, gates, 0)).toEqual({ status: 1, line: '26 passed, 1 failed' });
  });

  test('counts a run that ended badly without naming a test', () => {
    expect(summarise(passing, 1, gates, 0)).toEqual({ status: 1, line: '26 passed, 1 failed' });
  });

  test('counts reports that were never written', () => {
    expect(summarise(undefined, 0, undefined, 0)).toEqual({ status: 1, line: '0 passed, 2 failed' });
  });

  test('takes a run without tests for a failure', () => {
    expect(summarise({ numPassedTests: 0, numFailedTests: 0, testResults: [] }, 0, gates, 0)).toEqual({ status: 1, line: '14 passed, 1 failed' });
  });
});
