import { dump, load } from 'js-yaml';
export function run() {
  const value = load('list: [1, 2.5, null]\nmap: {a: b}\ntext: |\n  two\n  lines\nanchor: &x {n: 1}\nalias: *x\n');
  return [value, dump(value, { sortKeys: true })];
}
