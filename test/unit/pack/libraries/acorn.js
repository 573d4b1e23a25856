import { parse, tokenizer } from 'acorn';
const source = 'class A extends B { #x = 1; static async *m(a = 1, { b, ...c }) { for await (const d of a) yield* d?.e ?? `t${b}`; } }';
export function run() {
  return [JSON.parse(JSON.stringify(parse(source, { ecmaVersion: 'latest' }))), [...tokenizer(source, { ecmaVersion: 'latest' })].length];
}
