/** Plain data as a TypeScript literal, on one line where it fits. */
const WIDTH = 130;

function quote(text: string): string {
  const json = JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return /['"\\]/.test(json.slice(1, -1)) ? json : `'${json.slice(1, -1)}'`;
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quote(name);
}

export function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  const list = Array.isArray(value);
  const deeper = `${indent}  `;
  const parts = list ? value.map((each) => literal(each, deeper)) : Object.entries(value).map(([name, each]) => `${key(name)}: ${literal(each, deeper)}`);
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  const line = list ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  if (indent.length + line.length <= WIDTH && !line.includes('\n')) return line;
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close}`;
}
