import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { closeBuildPool, mapStack, PackError, packExtension, packInPool } from '../../../dist/pack/index.js';
import { pack, runCode, writeExtension } from './support/pack-and-run.js';

afterAll(closeBuildPool);

describe('a leaf', () => {
  it('is the same byte for byte, wherever the extension lies and whoever builds it', async () => {
    const files = {
      'extension.ts':
        "import { a } from './lib/a.js';\nimport { defineDomain } from 'deciduous/domain';\nexport default defineDomain({ run: () => a } as never);",
      'lib/a.ts': 'export const a: number = [1, 2].map((x) => x + 1).length;',
    };
    const entry = writeExtension(files);
    const first = await packExtension(entry);
    const elsewhere = mkdtempSync(join(tmpdir(), 'leaf-'));
    cpSync(dirname(entry), elsewhere, { recursive: true });
    const second = await packInPool(join(elsewhere, 'extension.ts'));
    rmSync(elsewhere, { recursive: true });
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(JSON.stringify(first)).not.toContain(dirname(entry));
  });

  it('says what it is, who built it, and what was done', async () => {
    const leaf = await pack('export default 1;');
    expect(leaf).toMatchObject({ format: 'deciduous-leaf/1', name: 'extension', schemas: [] });
    expect(leaf.builder.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(leaf.builder.flags).toContain('meter');
    expect((await packExtension(writeExtension({ 'a.js': 'export default 1;' }), { name: 'store' })).name).toBe('store');
  });

  it('runs top-level code once, when its function is called', async () => {
    const leaf = await pack('let n = 0;\nn++;\nexport default { run: () => n };');
    expect((await runCode(leaf.code)).value).toBe(1);
  });

  it('holds CommonJS and JSON, and sees no this, module or process of a host', async () => {
    const leaf = await pack("import old from './old.cjs';\nimport data from './data.json';\nexport default [old, data.a, typeof this, typeof module];", {
      'old.cjs': 'exports.x = typeof process; exports.self = this === exports;',
      'data.json': '{"a":"import( <!-- -->","__proto__":{"b":1}}',
    });
    expect((await runCode(leaf.code)).value).toEqual([{ x: 'undefined', self: true }, 'import( <!-- -->', 'undefined', 'undefined']);
  });
});

describe('a stack trace', () => {
  const SOURCE = [
    "import { fail } from './deep.js';",
    'interface Unused { a: number }',
    '',
    'class Table {',
    '  get(key: string): number {',
    '    return [key].map((k) => fail(k))[0];',
    '  }',
    '}',
    'export default { run: async () => { await null; return new Table().get("x"); } };',
  ].join('\n');
  const DEEP = '// A comment.\nexport const fail = (key: string): number => {\n  if (key) throw new Error(`no ${key}`);\n  return 1;\n};';

  it('names the lines of the TypeScript files, and nothing of the host', async () => {
    const leaf = await pack(SOURCE, { 'deep.ts': DEEP });
    const { error } = await runCode(leaf.code, { scriptName: 'domain:store' });
    const lines = mapStack(error?.stack ?? '', leaf.sourceMap, 'domain:store').split('\n');
    expect(lines).toEqual([
      'Error: no x',
      expect.stringMatching(/^ {4}at fail \(deep\.ts:3:\d+\)$/),
      expect.stringMatching(/^ {4}at .*extension\.ts:6:\d+\)?$/),
      expect.stringMatching(/at Array\.map/),
      expect.stringMatching(/^ {4}at Table\.get \(extension\.ts:6:\d+\)$/),
      expect.stringMatching(/^ {4}at .*run \(extension\.ts:9:\d+\)$/),
    ]);
  });

  it('follows no map that the extension brings along', async () => {
    const map = { version: 3, sources: ['/etc/passwd'], names: [], mappings: 'AAAA;AAAA;AAAA' };
    const url = `data:application/json,${encodeURIComponent(JSON.stringify(map))}`;
    const entry = writeExtension({
      'extension.js': `export const s = '//# sourceMappingURL=';\nexport default { run: () => s };\n//# sourceMappingURL=${url}`,
    });
    const leaf = await packExtension(entry);
    expect(JSON.parse(leaf.sourceMap)).toMatchObject({ sources: ['extension.js'] });
    expect((await runCode(leaf.code)).value).toBe('//# sourceMappingURL=');
  });

  it('keeps a message of several lines, and bounds what a hostile one costs', async () => {
    const leaf = await pack(SOURCE, { 'deep.ts': DEEP });
    expect(mapStack('Error: a\nb\n    at f (/host/secret.js:1:1)', leaf.sourceMap, 'x')).toBe('Error: a\nb');
    expect(mapStack('Error: no frames', leaf.sourceMap, 'x')).toBe('Error: no frames');
    expect(mapStack(`Error\n${'    at f (x:1:99999999)\n'.repeat(1e5)}`, leaf.sourceMap, 'x').split('\n').length).toBeLessThan(201);
  });
});

describe('the build pool', () => {
  it('carries a refusal with its code and place', async () => {
    const error = await packInPool(writeExtension({ 'extension.ts': 'const = 1;' })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PackError);
    expect(error).toMatchObject({ code: 'PACK003', line: 1, column: 7 });
    expect((error as PackError).message).toContain('^');
  });

  it('can be closed, twice, and used again', async () => {
    await closeBuildPool();
    await closeBuildPool();
    expect((await packInPool(writeExtension({ 'extension.ts': 'export default 1;' }))).name).toBe('extension');
  });

  it.runIf(process.platform === 'linux')('leaves no process of the bundler behind', async () => {
    const bundlers = (): number =>
      readdirSync('/proc').filter((pid) => {
        try {
          const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
          return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('esbuild');
        } catch {
          return false;
        }
      }).length;
    await closeBuildPool();
    const before = bundlers();
    await packInPool(writeExtension({ 'extension.ts': 'export default 1;' }));
    await vi.waitFor(() => expect(bundlers()).toBe(before));
  });

  it.each(['packExtension', 'packInPool'])(
    'and %s keep no process alive',
    async (name) => {
      const entry = writeExtension({ 'extension.ts': 'export default 1;' });
      const index = new URL('../../../dist/pack/index.js', import.meta.url).href;
      const program = `import { ${name} as pack } from ${JSON.stringify(index)}; console.log((await pack(${JSON.stringify(entry)})).name);`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { timeout: 100_000 });
      expect(stdout).toBe('extension\n');
    },
    15_000,
  );
});
