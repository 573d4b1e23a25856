/** Random expressions, built and run in a Compartment, and as they are in Node: what they come to, and in which order they ask their operands. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEEP_MINUTES, seedFrom } from '../../model/depth.js';
import { run } from './support/pack-and-run.js';

const ATOMS = `1 -0 0.5 -7 NaN 33 'ab' '' '5' 3n -2n 0n true null undefined x y o.p o[key('k')] o.#q x++ --y o.p++ symbol id(x)
tell('a',2) tell('b',3n) tell('c','text') prim('d',-1) prim('e',2n) prim('f','more') [1,2] y.length (typeof+x) +y !x`.split(/\s+/);
const BINARY = '+ + + + - * * / % << >> >>> & | ^ < == === , && || ??'.split(' ');
const ASSIGNED = '= += += *= -= <<= >>= >>>= |= &&= ??='.split(' ');
const TARGETS = ['x', 'y', 'o.p', "o[key('k')]", 'o.#q', 'tell("t",o).valueOf().p', 'o[tell("k","p")]'];
/** What a power is raised to and shifts go by is small, so that nothing is refused for its size. */
const SMALL = ['0n', '2n', '3', '-1', '0.5', "tell('s',2n)", "prim('s',2)", "'2'", 'null', 'symbol', '{}'];

const { expression } = fc.letrec<{ expression: string; part: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...ATOMS),
    fc
      .tuple(tie('part'), fc.constantFrom(...BINARY), tie('part'))
      .map(([left, operator, right]) =>
        operator.includes('<<') || operator.includes('>>') ? `${left} ${operator} (${right} && 3)` : `${left} ${operator} ${right}`,
      ),
    fc.tuple(tie('part'), fc.constantFrom('**', '<<', '>>'), fc.constantFrom(...SMALL)).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom(...TARGETS), fc.constantFrom('**=', '<<=', '>>='), fc.constantFrom(...SMALL)).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom(...TARGETS), fc.constantFrom(...ASSIGNED), tie('part'))
      .map(([target, operator, value]) =>
        operator.includes('<<') || operator.includes('>>') ? `${target} ${operator} (${value} && 5n)` : `${target} ${operator} ${value}`,
      ),
    fc.tuple(tie('part'), tie('part')).map(([one, other]) => `\`<\${${one}}\${${other}}>\``),
    fc.tuple(tie('part'), tie('part')).map(([one, other]) => `id\`<\${${one}}-\${${other}}>\``),
    fc.tuple(tie('part'), tie('part'), tie('part')).map(([test, one, other]) => `${test} ? ${one} : ${other}`),
    fc.tuple(fc.constantFrom('-', '~', '+', 'typeof ', 'void ', '!'), tie('part')).map((parts) => parts.join('')),
    tie('part').map((part) => `[...\`\${${part}}\`].length`),
  ),
  part: tie('expression').map((text) => `(${text})`),
}));

/** Where an expression stands. */
const PLACES: readonly ((text: string) => string)[] = [
  (text) => `return (${text});`,
  (text) => `${text.startsWith('{') || text.startsWith('[') ? '0, ' : ''}(${text}); return x;`,
  (text) => `return (() => (${text}))();`,
  (text) => `return ((given = (${text})) => given)();`,
  (text) => `return ((a, { [String((${text}))]: given = 1 }) => given)(1, {});`,
  (text) => `const self = this; return new (class { field = (${text}); })().field;`,
  (text) => `let told; class A { static { told = (${text}); } } return told;`,
  (text) => `function* each() { return (yield) + (${text}); } const it = each.call(this); it.next(); return it.next('sent').value;`,
  (text) => `for (let round = 0; round < 2; round++, (${text})) ; return y;`,
  (text) => `if ((${text})) y += 1; else y += 'no'; return y;`,
  (text) => `const given = (${text}); return typeof given === 'function' ? given.name : given;`,
  (text) => `var made = (${text}); made += x; return made;`,
];
const STARTS = ["let x = 1, y = 'y';", 'let x = 2n, y = 3;', "let x = 'x', y = 5n;", 'let x, y = 0.25;', 'let x = 7, y = 9;'];

/** `show` runs outside of what is built, so nothing is said twice. */
const PRELUDE = `
const log = [];
const show = (value) => typeof value === 'bigint' ? value + 'n' : Object.is(value, -0) ? '-0' : typeof value === 'function' ? 'function ' + value.name : typeof value === 'object' && value !== null ? 'object' : typeof value === 'symbol' ? 'symbol' : typeof value + ' ' + value;
const tell = (name, value) => ({ valueOf() { log.push('valueOf ' + name); return value; }, toString() { log.push('toString ' + name); return 'p'; } });
const prim = (name, value) => ({ [Symbol.toPrimitive](hint) { log.push(hint + ' ' + name); return value; } });
const key = (name) => { log.push('key'); return name; };
const id = (...values) => { log.push(...values.map((value) => Array.isArray(value) ? value.join() : show(value))); return values.at(-1); };
const symbol = Symbol('s');
const makeHolder = (attempt) => { let p = 4; class Holder { #q = 6n; get p() { log.push('get p'); return p; } set p(value) { log.push('set p ' + show(value)); p = value; } k = 8; static run(o) { return ATTEMPT; } } return Holder.run(new Holder()); };
`;

function programOf(cases: readonly string[]): string {
  const holder = PRELUDE.slice(PRELUDE.indexOf('const makeHolder'));
  const bodies = cases.map(
    (body) => `() => { ${holder.replace('makeHolder = (attempt)', 'made = ()').replace('ATTEMPT', `(function () { ${body} }).call(o)`)} return made(); }`,
  );
  return `${PRELUDE.slice(0, PRELUDE.indexOf('const makeHolder'))}
const outcomes = [];
for (const attempt of [${bodies.join(',\n')}]) {
  log.length = 0;
  let end;
  try { end = show(attempt()); } catch (error) { end = error.name + ': ' + error.message; }
  outcomes.push([end, ...log]);
}
return outcomes;`;
}

const drawn = fc.tuple(expression, fc.constantFrom(...PLACES), fc.constantFrom(...STARTS)).map(([text, place, start]) => `${start} ${place(text)}`);

it(
  'operators come to what they come to in Node, and ask their operands in the same order',
  async () => {
    const until = performance.now() + DEEP_MINUTES * 60_000;
    let seed = seedFrom('OPERATORS_SEED', 1);
    do {
      const cases = fc.sample(drawn, { seed, numRuns: 400 }).filter((body) => {
        try {
          new Function(`'use strict'; ${programOf([body])}`);
          return true;
        } catch {
          return false;
        }
      });
      expect(cases.length).toBeGreaterThan(200);
      const program = programOf(cases);
      const plain = new Function(`'use strict'; ${program}`)() as string[][];
      const answer = await run(program);
      expect(answer.error).toBeUndefined();
      const built = answer.value as string[][];
      for (const [index, body] of cases.entries()) expect(built[index], `OPERATORS_SEED=${seed}: ${body}`).toEqual(plain[index]);
      seed++;
    } while (performance.now() < until);
  },
  DEEP_MINUTES * 60_000 + 120_000,
);
