/** JSDoc comments. What people wrote in an IDL file must not end the comment that it is put into. */
export function comment(lines: readonly (string | undefined)[], indent = ''): string {
  const safe = lines
    .flatMap((line) => (line === undefined ? [] : line.split('\n')))
    .map((line) => line.replaceAll('*/', '*\\/').replaceAll('\u2028', ' ').replaceAll('\u2029', ' '));
  if (safe.length === 0) return '';
  if (safe.length === 1) return `${indent}/** ${safe[0]} */\n`;
  return `${indent}/**\n${safe.map((line) => (line === '' ? `${indent} *\n` : `${indent} * ${line}\n`)).join('')}${indent} */\n`;
}
