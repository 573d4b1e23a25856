import Papa from 'papaparse';
export function run() {
  const parsed = Papa.parse('name,n\n"a, ""b""",1\nc,2.5\n', { header: true, dynamicTyping: true });
  return [parsed.data, parsed.meta.fields, Papa.unparse([{ x: 'a,b', y: 1 }, { x: '"q"', y: null }])];
}
