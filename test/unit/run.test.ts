/** `deciduous run`: an extension at work within limits, and what is told of it; wrong use is told as such. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, countOf, numberOf, shareOf } from '../../dist/cli/run/quantity.js';
import { extension } from '../semantics/lab.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = path.join(root, 'dist/cli/main.js');
let folder: string;

beforeAll(() => {
  mkdirSync(path.join(root, '.tmp'), { recursive: true });
  folder = mkdtempSync(path.join(root, '.tmp/run-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'run', ...words], { cwd: root, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** An extension that provides nothing; `body` is that of its init. */
function idle(name: string, body: string, imports = ''): string {
  const file = path.join(folder, `${name}.ts`);
  writeFileSync(
    file,
    `import { defineDomain } from 'deciduous/domain';\n${imports}\nexport default defineDomain({ provides: {}, init() {\n${body}\nreturn {};\n} });\n`,
  );
  return file;
}

describe('a run', () => {
  it('calls what it is told to, and prints the answer', () => {
    const { status, stdout, stderr } = run(extension('adder.ts'), '--call', 'Adder.add', '--args', '[1, 2]');
    expect(stderr).toMatch(/calls +1\n/);
    expect(stderr).toMatch(/fuel +[1-9]\d* +steps\n/);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '3\n' });
  });

  it('goes on as long as the extension has something to do, and prints what it logs', () => {
    const file = idle('talker', "let round = 0; const id = setInterval(() => { console.warn('round', ++round); if (round === 3) clearInterval(id); }, 150);");
    expect(run(file)).toMatchObject({ status: 0, stdout: 'warn  round 1\nwarn  round 2\nwarn  round 3\n' });
  });

  it('goes on in a process of its own, where that is asked for', () => {
    const { status, stdout, stderr } = run(extension('adder.ts'), '--guard', '--call', 'Adder.add', '--args', '[1, 2]');
    expect(stderr).toMatch(/calls +1\n/);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '3\n' });
  });

  it('serves metrics while it lasts, and says where', async () => {
    const file = idle('ticker', 'setInterval(() => {}, 50);');
    const child = spawn(process.execPath, [bin, 'run', file, '--metrics', '127.0.0.1:0', '--for', '30'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const url = await new Promise<string>((resolve) => {
      let said = '';
      child.stderr.on('data', (data) => {
        said += data;
        const found = /metrics are at (\S+)\n/.exec(said);
        if (found !== null) resolve(found[1]);
      });
    });
    for (let text = ''; !text.includes('deciduous_domain_up{domain="ticker"} 1'); ) text = await (await fetch(url)).text();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('serves metrics to other machines only where that is said, and says what is wrong with an address', () => {
    const file = extension('adder.ts');
    expect(run(file, '--metrics', '0.0.0.0:0')).toMatchObject({ status: 2, stderr: expect.stringContaining('--metrics-public') });
    for (const address of ['9464', 'nowhere', '127.0.0.1:99999', '127.0.0.1:-1'])
      expect(run(file, '--metrics', address)).toMatchObject({ status: 2, stderr: expect.stringContaining('--metrics takes') });
  });

  it('prints what is logged as text that no terminal obeys, and further lines set in', () => {
    const file = idle('painter', "console.log('\\x1b[31mred\\u202e\\nerror forged');");
    expect(run(file)).toMatchObject({ status: 0, stdout: 'info  \\u001b[31mred\\u202e\n      error forged\n' });
  });

  it('holds the limits that it is given, and shows them beside their use', () => {
    const words = '--time-slice-ms 50 --stack-depth 1024 --shared-heap 8M --cpu-quota 15% --fuel 1e9 --private-heap 32M --timers 7'.split(' ');
    const { status, stdout } = run(extension('adder.ts'), ...words, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      crashes: [],
      stats: {
        fuel: { used: expect.any(Number), lastCall: 0 },
        limits: { timeSliceMs: 50, stackDepth: 1024, sharedHeapBytes: 8 * 2 ** 20, cpuShare: 0.15, fuel: 1e9, privateHeapBytes: 32 * 2 ** 20, timers: 7 },
      },
    });
  });

  it('shows what the call has used of its fuel', () => {
    const { stderr } = run(extension('adder.ts'), '--call', 'Adder.add', '--args', '[1, 2]', '--fuel', '1e6');
    expect(stderr).toMatch(/fuel +\d+ +steps; the last call 1 of 1000000\n/);
  });

  it('with --deterministic is the same each time: chance and the clock are fixed, and there are no timers', () => {
    const file = path.join(folder, 'fixed.ts');
    writeFileSync(
      file,
      "import { defineDomain } from 'deciduous/domain';\nexport default defineDomain({ provides: {}, uses: ['clock', 'random'], init() {\nconsole.log(Date.now(), Date.now(), Math.random(), typeof setTimeout, 1.1 ** 0.7);\nreturn {};\n} });\n",
    );
    expect(run(file, '--deterministic')).toMatchObject({ status: 0, stdout: 'info  0 1 0.870254774404272 undefined 1.068993044916333\n' });
  });

  it('ends with 1 and an epitaph where the extension crashes, by whatever', () => {
    const hang = () => run(idle('hanging', 'setTimeout(() => { for (;;); }, 1000);'), '--time-slice-ms', '20');
    let { status, stderr } = hang();
    // A thread that a busy machine gives no turn for half a second is ended without a panic, and has no stack.
    for (let tries = 0; !stderr.includes('panic') && tries < 10; tries++) ({ status, stderr } = hang());
    expect(status).toBe(1);
    expect(stderr).toMatch(/hanging#1 died: hang: it ran for two time slices/);
    expect(stderr).toMatch(/at .*hanging\.ts:\d+/);
    expect(stderr).toMatch(/stopped by flag \S+ ms, panic/);
    const thrown = run(idle('thrower', "setTimeout(() => { throw new Error('no good'); }, 1000);"), '--json');
    expect(thrown.status).toBe(1);
    expect(JSON.parse(thrown.stdout)).toMatchObject({ ok: false, crashes: [{ cause: 'panic', message: 'Error: no good' }] });
  });

  it('ends with 1 where a call fails or the time is over, and with 0 at the end of the time where nothing was asked for', () => {
    expect(run(extension('limits/office.ts'), '--call', 'Office.wait', '--for', '0.3')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('TimedOut: office Office.wait'),
    });
    expect(run(idle('ticking', 'setInterval(() => {}, 10);'), '--for', '0.3').status).toBe(0);
  });

  it('ends at Ctrl-C with what there is to tell', async () => {
    const child = spawn(process.execPath, [bin, 'run', idle('forever', "setInterval(() => {}, 10); console.log('up');")], { cwd: root });
    let told = '';
    child.stdout.once('data', () => child.kill('SIGINT'));
    child.stderr.on('data', (text) => (told += String(text)));
    const status = await new Promise((resolve) => child.once('exit', resolve));
    expect({ status, told }).toEqual({ status: 0, told: expect.stringMatching(/timers +1 {2}of 1024/) });
  });

  it('grants what it can, under the name that is wanted, and names what it cannot', () => {
    const refused = run(extension('limits/eater.ts'));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/imports 'office' .*not granted[^]*can grant log, clock, vitals, alarms, watch/);
    const without = run(extension('curious.ts'), '--grant', 'none');
    expect(without.status).toBe(1);
    expect(without.stderr).toMatch(/not granted/);
  });
});

describe('wrong use', () => {
  it.each([
    [['--shared-heap', '8Q'], /--shared-heap takes a size such as 65536, 64K, 8M or 1G, not '8Q'/],
    [['--shared-heap', '1K'], /--shared-heap: limit 'sharedHeapBytes' must be a whole number from 4096/],
    [['--cpu-quota', '15'], /--cpu-quota takes more than 0 and at most 100%/],
    [['--fuel', '1e-9'], /--fuel takes a whole number such as 1024 or 1e9, not '1e-9'/],
    [['--stack-depth', '10.5'], /--stack-depth takes a whole number/],
    [['--time-slice-ms', 'soon'], /--time-slice-ms takes a number such as 50 or 0.5/],
    [['--call', 'add'], /--call takes an interface and one of its methods/],
    [['--args', '[1]'], /--args are those of a call/],
    [['--call', 'Adder.add', '--args', '3'], /--args takes a JSON array.*write '\[3\]'/],
    [['--call', 'Adder.add', '--args', '[1'], /--args takes a JSON array/],
    [['--call', 'Adder.sub'], /has no method sub; it has add/],
    [['--call', 'Adder.add', '--args', '[1]'], /takes 2 arguments, and --args has 1/],
    [['--call', 'Kv.get'], /provides no Kv; it provides bench\.Adder \(as adder\)/],
    [['--for', '1e9'], /--for takes 2000000 seconds at the most, not '1e9'/],
    [['--grant', 'disk'], /--grant takes 'none' or names of log, clock/],
    [['--fule', '3'], /there is no option --fule/],
  ])('%j is told, with what would be right', (words, message) => {
    const { status, stdout, stderr } = run(extension('adder.ts'), ...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('of quantities is refused, and what is right is read exactly', () => {
    expect([bytesOf('x', '0.5K'), bytesOf('x', '8MiB'), bytesOf('x', '1g'), bytesOf('x', '12')]).toEqual([512, 8 * 2 ** 20, 2 ** 30, 12]);
    expect([shareOf('x', '15%'), shareOf('x', '0.15'), shareOf('x', '100%')]).toEqual([0.15, 0.15, 1]);
    expect([countOf('x', '1e9'), countOf('x', '1.5e3'), numberOf('x', '0.5')]).toEqual([1e9, 1500, 0.5]);
    for (const text of ['', ' 8M', '-8M', '8 M', '8M8', '0x10', 'Infinity', '1.3']) expect(() => bytesOf('x', text)).toThrow(/--x takes/);
    for (const text of ['', '-1', '0', '0%', '101%', '1.01', '15 %', 'NaN']) expect(() => shareOf('x', text)).toThrow(/--x takes/);
    for (const text of ['', '1.5', '-1', '1e99', '1e', '0b1', '1_000']) expect(() => countOf('x', text)).toThrow(/--x takes/);
  });
});
