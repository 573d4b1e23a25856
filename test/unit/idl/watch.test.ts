/** `deciduous idl generate --watch`, as a process that somebody edits files beside. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

interface Round {
  readonly ok: boolean;
  readonly diagnostics: readonly { readonly code: string; readonly file: string }[];
  readonly files: readonly { readonly path: string; readonly state: string }[];
  readonly error?: string;
}

let folder = '';
let child: ChildProcess | undefined;
const inFolder = (name: string): string => path.join(folder, name);
/** As editors save: another file comes in the place of the old one, so that nobody reads half of it. */
function put(name: string, text: string): void {
  writeFileSync(inFolder(`${name}~`), text);
  renameSync(inFolder(`${name}~`), inFolder(name));
}
const generated = (name: string): string => readFileSync(inFolder(`out/${name}`), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'deciduous-watch-'));
  put('a.idl', 'package a;\nstruct S { first: u8; }\n');
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const words = (...more: string[]): string[] => ['dist/cli/main.js', 'idl', 'generate', inFolder('a.idl'), '--out', inFolder('out'), '--watch', ...more];

/** Starts the command. `next` answers the following round, and `rest` what else was printed. */
function start() {
  const started = spawn(process.execPath, words('--json'), { stdio: ['ignore', 'pipe', 'pipe'] });
  child = started;
  let complaints = '';
  started.stderr.on('data', (text) => (complaints += text));
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: started.stdout }).on('line', (line) => {
    const taker = waiting.shift();
    if (taker) taker(line);
    else lines.push(line);
  });
  return {
    lines,
    async next(): Promise<Round> {
      const line = lines.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
      return JSON.parse(line) as Round;
    },
    async interrupt(signal: NodeJS.Signals = 'SIGINT') {
      started.kill(signal);
      const [code] = (await once(started, 'close')) as [number | null];
      return { code, complaints };
    },
  };
}

describe('deciduous idl generate --watch', () => {
  it('generates again when a file changes, tells errors and recovers from them', async () => {
    const watch = start();
    expect(await watch.next()).toMatchObject({ ok: true, files: [{ path: inFolder('out/a.ts'), state: 'written' }, { state: 'written' }] });
    put('a.idl', 'package a;\nstruct S { second: u8; }\n');
    expect(await watch.next()).toMatchObject({ ok: true, diagnostics: [] });
    expect(generated('a.ts')).toContain('second: number');
    put('a.idl', 'package a;\nstruct S { second: Nope; }\n');
    expect(await watch.next()).toMatchObject({ ok: false, diagnostics: [{ code: 'IDL005', file: inFolder('a.idl') }], files: [] });
    expect(generated('a.ts')).toContain('second: number');
    put('a.idl', 'package a;\nstruct S { third: u8; }\n');
    expect(await watch.next()).toMatchObject({ ok: true, files: [{ state: 'written' }, { state: 'written' }] });
    expect(generated('a.ts')).toContain('third: number');
    expect(await watch.interrupt()).toEqual({ code: 0, complaints: '' });
  });

  it('watches what is imported: from its first line on, before it is there, and not after the import has gone', async () => {
    const watch = start();
    await watch.next();
    put('a.idl', 'package a;\nimport "./more/b.idl";\nstruct S { b: b.T; }\n');
    expect(await watch.next()).toMatchObject({ ok: false, diagnostics: [{ code: 'IDL002' }] });
    mkdirSync(inFolder('more'));
    put('more/b.idl', 'package b;\nstruct T { a: u8; }\n');
    expect((await watch.next()).ok).toBe(true);
    put('more/b.idl', 'package b;\nstruct T { changed: u8; }\n');
    expect((await watch.next()).ok).toBe(true);
    expect(generated('b.ts')).toContain('changed: number');
    put('a.idl', 'package a;\nstruct S { a: u8; }\n');
    expect((await watch.next()).ok).toBe(true);
    put('more/b.idl', 'package b;\nstruct T { }\n');
    await delay(400);
    expect(watch.lines).toEqual([]);
    expect((await watch.interrupt('SIGTERM')).code).toBe(0);
  });

  it('a file that vanishes is told and picked up when it comes back, with its folder or without', async () => {
    put('a.idl', 'package a;\nimport "./more/b.idl";\nstruct S { b: b.T; }\n');
    mkdirSync(inFolder('more'));
    put('more/b.idl', 'package b;\nstruct T { a: u8; }\n');
    const watch = start();
    await watch.next();
    rmSync(inFolder('a.idl'));
    expect(await watch.next()).toMatchObject({ ok: false, error: `there is no file ${inFolder('a.idl')}` });
    put('a.idl', 'package a;\nimport "./more/b.idl";\nstruct S { back: b.T; }\n');
    expect((await watch.next()).ok).toBe(true);
    rmSync(inFolder('more'), { recursive: true });
    expect(await watch.next()).toMatchObject({ ok: false, diagnostics: [{ code: 'IDL002' }] });
    mkdirSync(inFolder('more'));
    put('more/b.idl', 'package b;\nstruct T { again: u8; }\n');
    expect((await watch.next()).ok).toBe(true);
    expect(generated('b.ts')).toContain('again: number');
    expect((await watch.interrupt()).code).toBe(0);
  });

  it('a file written in place, many times, is a round when it rests; saved as it was, or beside others, it is none', async () => {
    const watch = start();
    await watch.next();
    for (let step = 0; step < 50; step++) writeFileSync(inFolder('a.idl'), `package a;\nstruct S { step${step}: u8; }\n`);
    let rounds = 0;
    do {
      await watch.next();
      rounds += 1;
    } while (!generated('a.ts').includes('step49: number'));
    expect(rounds).toBeLessThan(10);
    put('a.idl', readFileSync(inFolder('a.idl'), 'utf8'));
    put('other.idl', 'package other;');
    await delay(400);
    expect(watch.lines).toEqual([]);
    expect((await watch.interrupt()).code).toBe(0);
  });

  it('a folder put in the place of another is watched like the one before', async () => {
    put('a.idl', 'package a;\nimport "./more/b.idl";\nstruct S { b: b.T; }\n');
    for (const name of ['more', 'other']) {
      mkdirSync(inFolder(name));
      put(`${name}/b.idl`, 'package b;\nstruct T { a: u8; }\n');
    }
    const watch = start();
    await watch.next();
    // It is told before it is watched.
    await delay(400);
    renameSync(inFolder('more'), inFolder('before'));
    renameSync(inFolder('other'), inFolder('more'));
    await delay(400);
    put('more/b.idl', 'package b;\nstruct T { changed: u8; }\n');
    expect((await watch.next()).ok).toBe(true);
    expect(generated('b.ts')).toContain('changed: number');
    expect((await watch.interrupt()).code).toBe(0);
  });

  it('tells people what it wrote, and that it waits', async () => {
    const started = spawn(process.execPath, words(), { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    const until = async (part: string): Promise<void> => {
      while (!said.includes(part)) await delay(20);
    };
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (text) => (said += text));
    await until('Ctrl-C');
    expect(said).toBe(`${inFolder('out/a.ts')}: written\n${inFolder('out/a.schema.json')}: written\nwatching; Ctrl-C ends it\n`);
    put('a.idl', 'package a;\nstruct S { first: Nope; }\n');
    await until('1 error');
    put('a.idl', 'package a;\nstruct S { /* nothing new */ first: u8; }\n');
    await until('nothing that is generated changes');
    started.kill('SIGINT');
    expect(await once(started, 'close')).toEqual([0, null]);
  });

  it('with --check, or on a file that is not there from the start, is wrong use', () => {
    for (const wrong of [words('--check'), ['dist/cli/main.js', 'idl', 'generate', inFolder('gone.idl'), '--out', inFolder('out'), '--watch']]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, wrong, { encoding: 'utf8', timeout: 100_000 });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('--help');
    }
    expect(existsSync(inFolder('out'))).toBe(false);
  });
});
