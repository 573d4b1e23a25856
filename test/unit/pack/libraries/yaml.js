import { parse, stringify } from 'yaml';
export function run() {
  const value = parse('a: 1\nb: [x, "y", null]\nc: &anchor {d: 2.5}\ne: *anchor\nf: |\n  text\n  more\n');
  return [value, stringify(value), parse('- !!set {a, b}\n- 2001-12-15\n').length];
}
