import validator from 'validator';
export function run() {
  return [validator.isEmail('a.b+c@example.org'), validator.isURL('http://[::1]:80/x?y=1'), validator.isIBAN('GB33BUKB20201555555555'), validator.escape('<a href="x">'), validator.isIP('2001:db8::1', 6), validator.normalizeEmail('Some.One@GMAIL.com'), validator.isISO8601('2024-02-30', { strict: true })];
}
