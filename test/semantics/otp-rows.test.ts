/** The tables of supervision: each row is held by a test of that title, or says why it is not claimed. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MOMENT_ROWS, OTP_ROWS } from './otp-rows.js';

function holds(file: string, title: string): boolean {
  const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(`it(${quote}${title}${quote}`));
}

it.each(OTP_ROWS)('what OTP says of $otp is a test here, or is not claimed, with the reason', ({ claim, notClaimed }) => {
  expect(claim === undefined).toBe(notClaimed !== undefined);
  if (claim !== undefined) expect(holds(claim[1], claim[0]), claim[0]).toBe(true);
});

it.each(MOMENT_ROWS)('%s: decided, and held by a test', (_what, title, file) => {
  expect(holds(file, title), title).toBe(true);
});

it('a row whose test does not exist is found', () => {
  expect(holds('semantics/supervision.test.ts', 'pigs fly')).toBe(false);
});

it('the page that compares names every row', () => {
  const page = readFileSync(new URL('../../docs/supervision-compared.md', import.meta.url), 'utf8');
  for (const { otp, notClaimed } of OTP_ROWS) {
    const line = page.split('\n').find((each) => each.startsWith(`| ${otp} |`));
    expect(line, otp).toContain(notClaimed ?? 'yes');
  }
});
