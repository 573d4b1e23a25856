import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle } from 'deciduous';
import { GLOBAL_NAMES } from '../../dist/domains/global-names.js';
import { Counter, Escapee } from '../fixtures/extensions/generated/escapes.js';
import { errorOf, leafOf, valueOf } from '../semantics/lab.js';
import { packExtension } from '../../dist/pack/index.js';
import { writeExtension } from '../unit/pack/support/pack-and-run.js';

const SUM = 14;
const POWERS = ['performance', 'crypto', 'TextEncoder', 'TextDecoder', 'URL', 'URLSearchParams'];

let kernel: KernelHandle;
let domain: DomainHandle;

async function loaded(name: string): Promise<DomainHandle> {
  const counter = kernel.provide(Counter, {
    sum: (values, data, text) => {
      // What arrives is plain, whatever it was on its way.
      if (Object.getPrototypeOf(values) !== Array.prototype || Object.getPrototypeOf(data) !== Uint8Array.prototype || data.buffer.byteLength !== data.length)
        return 0;
      return values.map((value) => value).reduce((sum, value) => sum + value, 0) + (data[0] ?? 0) + text.length;
    },
    serve: (plate) => {
      expect(inspect(plate)).toBe("{ text: 'from the guest', n: 1 }");
      return plate;
    },
    fail() {
      throw new Error('the host failed', { cause: new Error('for a reason') });
    },
  });
  const globals = { clock: true, random: true, text: true, url: true } as const;
  return kernel.load(await leafOf('powers/escapes.ts'), { name, grant: { counter }, globals, limits: { timeSliceMs: 20_000 } });
}

const intrinsics = (): string => {
  const names = ['Object', 'Function', 'Array', 'Promise', 'Error', 'Uint8Array', 'URL', 'TextDecoder', 'Date', 'Math'];
  return JSON.stringify(
    names.map((name) => [
      name,
      ...[globalThis[name as never] as object, (globalThis[name as never] as { prototype?: object }).prototype ?? {}].map((of) =>
        inspect(Object.getOwnPropertyDescriptors(of), { depth: 1, showHidden: true }),
      ),
    ]),
  );
};
let before: string;

beforeAll(async () => {
  before = intrinsics();
  kernel = await boot({ spares: 1 });

  domain = await loaded('escapee');
}, 120_000);

afterAll(async () => {
  expect(intrinsics(), "the host's own intrinsics").toBe(before);
  await domain.unload();
  expect(await kernel.audit()).toEqual([]);
  await kernel.close();
});

const attempt = async (name: string): Promise<any> => JSON.parse(valueOf(await domain.get(Escapee).async.attempt(name)));
const refusedBy = (outcomes: { [name: string]: string }, pattern: RegExp): void => {
  for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).toMatch(pattern);
};

describe('everything that can be reached', () => {
  it('from a value of every syntax kind, every built-in and every error of the engine is frozen, of its own realm, and names no place', async () => {
    const { kinds, count, findings, shared, unfrozen } = await attempt('literals');
    expect(kinds).toBeGreaterThan(50);
    expect(count).toBeGreaterThan(700);
    expect(shared).toBeGreaterThan(300);
    expect(unfrozen).toEqual([]);
    expect(findings.filter(({ path }: { path: string }) => !path.endsWith('.prepareStackTrace'))).toEqual([]);
  });
});

describe('an escape is none', () => {
  it('E01: by the constructor of this or of the global object', async () => {
    expect(await attempt('E01')).toEqual(['undefined', expect.stringMatching(/^threw TypeError/), expect.stringMatching(/^threw TypeError/)]);
  });

  it('E02: by the constructors of any value that was given or can be reached', async () => {
    // Whatever can be called is called: it may reject a promise, and that is the end of a domain.
    const other = await loaded('calling');
    const { count, made } = JSON.parse(valueOf(await other.get(Escapee).async.attempt('E02')));
    await other.unload();
    expect(count).toBeGreaterThan(800);
    expect(made).toEqual([]);
  });

  it('E04: by an error that the host threw, its cause, its errors or its stack', async () => {
    const { keys, text, made } = await attempt('E04');
    expect(keys.filter((key: string) => /path|file|cause$/i.test(key) && key !== 'cause')).toEqual([]);
    expect(text).not.toMatch(/for a reason|node:|file:|\/test\/|\.ts:\d/);
    expect(made).toMatch(/^threw TypeError/);
  });

  it('E05: by a stack overflow inside a call of the host, which is a panic', async () => {
    const other = await loaded('overflowing');
    expect(errorOf(await other.get(Escapee).async.end('overflow'))).toMatchObject({ code: 'DomainCrashed', cause: 'stack-overflow' });
    await other.unload();
    expect(valueOf(await domain.get(Escapee).async.bytes())).toHaveLength(3);
  });

  it('E06: by an error whose name is a symbol', async () => {
    const { stack, text, own } = await attempt('E06');
    expect([stack, own]).toEqual(['string', 'own TypeError']);
    expect(text).toMatch(/^threw TypeError/);
  });

  it('E08: by stackTraceLimit, prepareStackTrace and captureStackTrace', async () => {
    const { outcomes, asked, sum, own } = await attempt('E08');
    refusedBy(outcomes, /^(string|threw TypeError.*)$/);
    expect([asked, sum, own]).toEqual([0, SUM, false]);
  });

  it('E09: by callee, caller and arguments', async () => {
    refusedBy(await attempt('E09'), /^threw TypeError|^undefined undefined$/);
  });

  it('E10: by any of the four constructors of functions', async () => {
    refusedBy(await attempt('E10'), /^threw TypeError[^|]*\| threw TypeError[^|]*\| threw TypeError[^|]*$/);
  });

  it('E12: by new.target, this at the top, or the text of the global object', async () => {
    const { target, text } = await attempt('E12');
    expect(target).toEqual(['undefined', 'undefined']);
    expect(text.join(' ')).not.toMatch(/node|file:|\//i);
  });

  it('E13: by what Node gives its own modules', async () => {
    const { global, ...names } = await attempt('E13');
    expect(new Set(Object.values(names))).toEqual(new Set(['undefined']));
    expect(global).toBe('undefined');
  });

  it("E14: by a promise's species", async () => {
    const [derived, value, sum] = await attempt('E14');
    expect([typeof derived, value, sum]).toEqual(['string', 7, SUM]);
  });

  it('E16: by the species of an array that is an argument: the host has a plain one', async () => {
    expect(await attempt('E16')).toEqual([`number ${SUM}`, 0]);
  });

  it('E17: by a thenable in the return of an async generator', async () => {
    for (const seen of await attempt('E17')) expect(seen).toMatch(/^threw TypeError|^thenable$|^true$|^false$/);
  });

  it.each(['chain', 'disposed'])('E18: by what is thrown at the end of a call (%s)', async (way) => {
    const other = await loaded(`ending ${way}`);
    const error = errorOf(await other.get(Escapee).async.end(way));
    expect(error).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    expect(`${error.message} ${error.stack}`).not.toMatch(/hook|node:|file:|dist\//);
    await other.unload();
  });

  it('E20: by WebAssembly', async () => {
    expect(await attempt('E20')).toEqual(['undefined', 'undefined', 'undefined']);
  });

  it('E21: by hooks of inspection on what is passed or answered: they are not there any more', async () => {
    expect(await attempt('E21')).toEqual(['{"text":"from the guest","n":1}', 0]);
    const plate = valueOf(await domain.get(Escapee).async.plate());
    expect(inspect(plate)).toBe("{ text: 'from the guest', n: 1 }");
    expect(Reflect.ownKeys(plate)).toEqual(['text', 'n']);
  });

  it('E22: by the rest of the buffer behind some bytes', async () => {
    const bytes = valueOf(await domain.get(Escapee).async.bytes());
    expect([bytes.length, bytes.byteOffset, bytes.buffer.byteLength]).toEqual([3, 0, 3]);
  });

  it.each(['E24', 'E25', 'E26'])('%s: by replacing what prototypes have, or what the runtime may call', async (name) => {
    const [outcomes, sum, hooks] = await attempt(name);
    refusedBy(outcomes, /^threw TypeError/);
    expect([sum, hooks]).toEqual([SUM, 0]);
  });

  it('E28: by with, or by Symbol.unscopables', async () => {
    await expect(packExtension(writeExtension({ 'extension.js': 'with ({}) { x; }\nexport default 1;\n' }))).rejects.toMatchObject({
      code: expect.stringMatching(/^PACK0/),
    });
    const [defined, assigned, object] = await attempt('E28');
    expect([defined, assigned]).toEqual([expect.stringMatching(/^threw TypeError/), expect.stringMatching(/^threw TypeError/)]);
    expect(object).toBe('function');
  });

  it('E29: by comments that rename the script, or that engines read in two ways', async () => {
    const other = await loaded('renamed');
    const { stack } = errorOf(await other.get(Escapee).async.end('')) as { stack: string };
    expect(stack).toContain('an end in line');
    expect(stack).not.toMatch(/host\.js|passwd/);
    await other.unload();
    for (const text of ['<!-- x\nexport default 1;', 'const x = 1;\n--> y\nexport default x;'])
      await expect(packExtension(writeExtension({ 'extension.js': text })), text).rejects.toMatchObject({ code: expect.stringMatching(/^PACK0/) });
  });

  it('E30: by text that closes the code around it', async () => {
    expect(await attempt('E30')).toEqual([
      '*/}})();hostCode(',
      '`${hostCode()}`',
      '\u2028hostCode()',
      '</script><!-- -->',
      '*/\n}) (globalThis)',
      "');hostCode('",
    ]);
  });

  it('E32: by other realms, threads and ports', async () => {
    expect(new Set(Object.values(await attempt('E32')))).toEqual(new Set(['undefined']));
  });

  it('E33: by the constructor of a buffer', async () => {
    const [shared, atomics, ...buffers] = await attempt('E33');
    expect([shared, atomics]).toEqual(['undefined', 'undefined']);
    for (const buffer of buffers) expect(buffer).toEqual(['ArrayBuffer', 'undefined']);
  });

  it('E34: by a global that a newer engine brings: there is none beside the list', async () => {
    const names: string[] = await attempt('E34');
    expect(names.filter((name) => !GLOBAL_NAMES.has(name) && !POWERS.includes(name))).toEqual(['Symbol(Symbol.unscopables)']);
  });

  it('E36: by deleting and redefining every global: calls go on, and nothing of it is called', async () => {
    const other = await loaded('redefining');
    const [refused, sum, href, hooks] = JSON.parse(valueOf(await other.get(Escapee).async.attempt('E36')));
    expect([sum, href, hooks]).toEqual([SUM, 'https://a.b/', 0]);
    expect(refused.filter((name: string) => !['NaN', 'Infinity', 'undefined', 'Symbol(Symbol.unscopables)'].includes(name))).toEqual([]);
    await other.unload();
    expect(await attempt('E12')).toMatchObject({ target: ['undefined', 'undefined'] });
  });
});
