import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJudged, literal, respell } from '../../../dist/pack/weaving/respelling.js';
import { pack, run, runCode } from './support/pack-and-run.js';
import { seedFrom } from '../../model/depth.js';

// A usual run is the same each time; FC_SEED replays another.
fc.configureGlobal({ seed: seedFrom('FC_SEED', 1) });

/** Text that SES may object to, and what stands next to it in real programs. */
const fragments = fc.array(
  fc.oneof(
    fc.constantFrom('import(', 'import (', 'eval(', '<!--', '-->', '<!-->', '...import(', '.import(', ' ', '\\', '-', '<', '!', '>', '('),
    fc.string({ maxLength: 3 }),
  ),
  { maxLength: 8 },
);

describe('re-spelling', () => {
  it('keeps the value of every string', () => {
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = literal(parts.join(''));
        expect(isJudged(text)).toBe(false);
        // biome-ignore lint: the literal's value is what the property is about.
        expect(new Function(`return ${text}`)()).toBe(parts.join(''));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps what every regular expression matches, look-behinds, ranges and set subtraction included', () => {
    const patterns = ['<!--', '-->', '(?<!--)a', '[<!--z]+', '[--->]+', '\\-->', 'import\\(', 'import(x)', 'eval(a|b)', '\\beval\\(', '(?<n>-->)', '<!-->'];
    const inputs = ['<!--', '-->', '--a', '-a', 'a', '<!"#$z', '-./>', 'import(', 'importx', 'evala', 'eval(', '<!-->', 'b'];
    for (const pattern of patterns) {
      const respelled = respell(pattern);
      expect(isJudged(respelled)).toBe(false);
      for (const flags of ['', 'i', 'u']) {
        let original: RegExp;
        try {
          original = new RegExp(pattern, flags);
        } catch {
          continue;
        }
        for (const input of inputs) expect(input.match(new RegExp(respelled, flags))).toEqual(input.match(original));
      }
    }
    expect([...'-->abc'.matchAll(new RegExp(respell('[\\p{ASCII}-->]'), 'gv'))]).toEqual([...'-->abc'.matchAll(/[\p{ASCII}-->]/gv)]);
  });

  it('lets strings, templates, expressions, comments and names through that SES refuses as text', async () => {
    const answer = await run(
      [
        '// import( and <!-- in a comment -->',
        'const o = { import(x) { return x + 1 }, eval(x) { return x + 2 } };',
        'class C { #import(x) { return x } eval(x) { return this.#import(x) } }',
        'const $import = (x) => x; let n = 3;',
        'return ["<!-- -->", `import(${3}) <!--`, /<!--/.test("<!--"), /-->|import\\(/.test("import("), o.import(1), o.eval(1), new C().eval(4), $import(5), { eval: 1 }, n-->2];',
      ].join('\n'),
    );
    expect(answer.value).toEqual(['<!-- -->', 'import(3) <!--', true, true, 2, 3, 4, 5, { eval: 1 }, true]);
  });

  it('drops the comments that the bundler writes, which name files', async () => {
    const leaf = await pack("import { a } from './import(1) <!--.js';\nexport default a;", { 'import(1) <!--.ts': 'export const a = [1].map((x) => x + 1);' });
    expect((await runCode(leaf.code)).value).toEqual([2]);
  });

  it('keeps the raw text and the identity of a tagged template', async () => {
    const answer = await run(
      [
        'const seen = []; const tag = (strings, ...values) => { seen.push(strings); return [strings.raw.join("|"), strings.join("|"), ...values]; };',
        'const once = (x) => tag`<!-- ${x} \\x41 import(${(x, x + 1)} -->`;',
        'const holder = { at: 7, tag(strings) { return [this.at, strings.raw[0]] } };',
        'class K { constructor(...a) { this.a = a } } const make = () => K;',
        'return [String.raw`<!--\\n`, once(1), once(2), seen[0] === seen[1], Object.isFrozen(seen[0]), Object.isFrozen(seen[0].raw), holder.tag`-->`, new (make`<!--`)(1).a];',
      ].join('\n'),
    );
    const raw = '<!-- | \\x41 import(| -->';
    const cooked = '<!-- | A import(| -->';
    expect(answer.value).toEqual(['<!--\\n', [raw, cooked, 1, 2], [raw, cooked, 2, 3], true, true, true, [7, '-->'], [1]]);
  });
});
