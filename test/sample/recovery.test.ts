/** The experiment of recovery, short: it runs, checks what it says that it checks, and draws. Its figures are for a calm machine to give. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PAGE_BYTES, versionIn, writePage } from '../../samples/recovery/pages.js';
import { drawThroughput } from '../../samples/recovery/picture.js';
import type { Report } from '../../samples/recovery/report.js';
import { REPOSITORY, runSample } from './run-sample.js';

const folder = mkdtempSync(path.join(tmpdir(), 'recovery-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The sample's folder for temporary files: of other runs on this machine nothing is to be seen.
process.env['TMPDIR'] = folder;
const media = (): string[] => readdirSync(folder).filter((name) => name.startsWith('recovery-'));

describe('the experiment of recovery', () => {
  it('loses no acknowledged page while device and file system crash, on memory and on a file, draws it, and leaves no file behind', {
    timeout: 120_000,
  }, async () => {
    const svg = path.join(folder, 'throughput.svg');
    const { code, stdout, stderr } = await runSample(['--seconds', '1.2', '--json', '--svg', svg], 'recovery');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report).toMatchObject({ ok: true, wrongPages: 0, failedCalls: 0, audit: [] });
    expect(report.rows).toHaveLength(12);
    expect(report.rows.filter(({ crashes, longestMs }) => crashes < 1 || longestMs === null).map(({ experiment, work }) => `${experiment} ${work}`)).toEqual(
      [],
    );
    const marks = readFileSync(svg, 'utf8').match(/<title>crash at/g) ?? [];
    expect(marks).toHaveLength(report.rows[0].crashes + report.rows[1].crashes);
    expect(media()).toEqual([]);
  });

  it('knows a page from one of another number, of another version, or with a single wrong bit', () => {
    const words = new Uint32Array(PAGE_BYTES / 4);
    writePage(words, 7, 3);
    expect(versionIn(words, 7)).toBe(3);
    expect(versionIn(words, 8)).toBeUndefined();
    const other = new Uint32Array(PAGE_BYTES / 4);
    writePage(other, 7, 4);
    expect(versionIn(other, 7)).toBe(4);
    for (const at of [1, 2, 3, 500, PAGE_BYTES / 4 - 1]) {
      words[at] ^= 1 << (at % 32);
      expect(versionIn(words, 7), `word ${at}`).toBeUndefined();
      words[at] ^= 1 << (at % 32);
    }
  });

  it('draws a picture that stands alone, with axes in seconds and MB/s and a mark for each crash', () => {
    const slots = Uint32Array.from({ length: 100 }, (_, slot) => slot % 7);
    const window = { seconds: 1, pages: 300, crashes: [{ atMs: 500, tookMs: 2.5 }], slots };
    const svg = drawThroughput({ read: window, write: { ...window, crashes: [] } }, 'device crashes', '2 cores, Node 1.2.3');
    expect(svg).toContain('crash at 0.50 s, answered after 2.5 ms');
    expect(svg.match(/<title>crash at/g)).toHaveLength(1);
    for (const part of ['seconds', 'MB/s', '2 cores, Node 1.2.3', 'prefers-color-scheme: dark']) expect(svg).toContain(part);
    expect(svg).not.toMatch(/NaN|undefined|href|<script|url\(/);
  });

  it('says what is wrong with its options, with exit code 2', async () => {
    const { code, stderr } = await runSample(['--seconds', '-1'], 'recovery');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--seconds/)]);
  });

  it('is generated from its interface definition as it stands', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['dist/cli/main.js', 'idl', 'generate', 'samples/recovery/recovery.idl', '--out', 'samples/recovery/generated', '--check'],
      { cwd: REPOSITORY, encoding: 'utf8' },
    );
    expect(status, stdout).toBe(0);
  });
});
