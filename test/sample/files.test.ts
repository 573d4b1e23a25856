/** What the sample does about files that are odd, large, gone or not its own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDocuments } from '../../samples/docs-pipeline/discovery.js';
import type { Report } from '../../samples/docs-pipeline/report.js';
import { pageFile } from '../../samples/docs-pipeline/site-writer/page-file.js';
import { prepareSite } from '../../samples/docs-pipeline/site-writer/site.js';
import { newFolder, runSample, startSample } from './run-sample.js';

const LONGEST_RUN_MS = 120_000;
const MIB = 1024 * 1024;
const LONG = `${'n'.repeat(252)}.md`;

function folderOf(files: { readonly [name: string]: string }): string {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

describe('the page of a document', () => {
  it('lies at its path where that is safe', () => {
    expect(pageFile('guides/also-good.md')).toBe('pages/guides/also-good.md.html');
  });

  it('has no part and no path that is too long', () => {
    const file = pageFile(Array.from({ length: 30 }, () => 'ü'.repeat(125)).join('/'));
    expect(Buffer.byteLength(file)).toBeLessThan(700);
    for (const part of [...file.split('/'), ...pageFile(`${'ü'.repeat(125)}/${LONG}`).split('/')]) expect(Buffer.byteLength(part)).toBeLessThan(140);
  });

  it('is never where another page is, nor where one needs a folder', () => {
    const long = 'n'.repeat(200);
    const cut = pageFile(`${long}/x.md`).split('/')[1];
    const paths = ['x.md', 'x.md.html/y.md', 'x.md.HTML/y.md', `${long}/x.md`, `${cut}/x.md`, `${long}1.md`, `${long}2.md`, `${long}/1.md/x.md`];
    const files = paths.map(pageFile);
    expect(new Set(files).size).toBe(paths.length);
    for (const file of files) expect(files.filter((other) => other.startsWith(`${file}/`))).toEqual([]);
  });
});

describe('finding documents', () => {
  it('names the files that are larger than 1 MiB', async () => {
    const folder = folderOf({ 'a.md': 'a', 'just.md': 'a'.repeat(MIB), 'deep/large.md': 'a'.repeat(MIB + 1) });
    const { sources, tooLarge } = await findDocuments(folder, true);
    expect(sources.map(({ path: name }) => name)).toEqual(['a.md', 'just.md']);
    expect(tooLarge).toEqual(['deep/large.md']);
  });

  it('says why there is nothing to publish where all files are too large', async () => {
    await expect(findDocuments(folderOf({ 'large.md': 'a'.repeat(MIB + 1) }), true)).rejects.toThrow('Left out: 1 file larger than 1 MiB.');
  });

  it.skipIf(process.platform !== 'linux')('names a folder that cannot be read, and finds what lies elsewhere', async () => {
    const folder = folderOf({ 'a.md': 'a' });
    // Deeper than the system takes a path: whoever goes there step by step gets there, an absolute path does not.
    execFileSync('sh', ['-c', `for step in $(seq 20); do mkdir ${'d'.repeat(250)} && cd -P ${'d'.repeat(250)} || exit; done`], {
      cwd: folder,
      stdio: 'ignore',
    });
    const { sources, unreadable } = await findDocuments(folder, true);
    expect(sources).toHaveLength(1);
    expect(unreadable).toEqual([{ path: expect.stringMatching(/d\/$/), reason: expect.stringContaining('cannot be read: ENAMETOOLONG') }]);
  });
});

describe('a folder that the site is to go to', () => {
  it.each([
    ['pages and a report.json of somebody else', { 'report.json': '{"ok":true}', 'pages/mine.txt': 'mine' }],
    ['a report.json that is no JSON', { 'report.json': 'producedBy: "deciduous docs pipeline"', 'pages/mine.txt': 'mine' }],
    ['an index.html', { 'index.html': 'mine' }],
  ])('is refused, with nothing touched, where it holds %s', async (_what, files) => {
    const folder = folderOf(files);
    await expect(prepareSite(folder)).rejects.toThrow('Name a folder that is empty or not there yet');
    expect(readdirSync(folder).sort()).toEqual([...new Set(Object.keys(files).map((name) => name.split('/')[0]))].sort());
    for (const [name, text] of Object.entries(files)) expect(readFileSync(path.join(folder, name), 'utf8')).toBe(text);
  });

  it('is taken where it is empty, and again after a run that was interrupted, whose pages go', async () => {
    const folder = newFolder();
    await prepareSite(folder);
    writeFileSync(path.join(folder, 'pages', 'old.md.html'), '');
    await prepareSite(folder);
    expect(readdirSync(path.join(folder, 'pages'))).toEqual([]);
  });

  it('ends the program with exit code 2 where it is somebody else’s', async () => {
    const { code, stderr } = await runSample(['--input', folderOf({ 'a.md': 'a' }), '--out', folderOf({ 'index.html': 'mine' })]);
    expect(stderr).toContain('npm start -- --out DIR');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });
});

describe('documents with odd names', () => {
  it(
    'are all published, a second time into the same folder too, and the index leads to them; what was too large is named',
    async () => {
      const input = folderOf({ 'x.md': '# X', 'x.md.html/y.md': '# Y', [LONG]: '# Long', 'large.md': 'a'.repeat(MIB + 1) });
      const site = newFolder();
      const first = await runSample(['--input', input, '--out', site]);
      expect(first.stderr).toBe('');
      expect(first.stdout).toContain('left out: 1 file larger than 1 MiB\n    large.md\n');
      const { code, stdout } = await runSample(['--input', input, '--out', site, '--json']);
      expect(code).toBe(0);
      const { documents } = JSON.parse(stdout) as Report;
      expect(documents).toMatchObject({ found: 3, accounted: 3, rendered: 3, failed: [], leftOut: { largerThanBytes: MIB, paths: ['large.md'] } });
      const links = [...readFileSync(path.join(site, 'index.html'), 'utf8').matchAll(/href="(pages[^"#]+)"/g)].map(([, href]) => decodeURIComponent(href));
      expect(links).toHaveLength(3);
      for (const href of links) expect(existsSync(path.join(site, href)), href).toBe(true);
    },
    LONGEST_RUN_MS,
  );
});

describe('a document that cannot be read or written', () => {
  it(
    'is one failed document with its reason, ends the program with exit code 1, and costs no other its page',
    async () => {
      const input = folderOf({ 'folder.md': '', 'gone.md': '', 'good.md': '# Good', 'blocked/a.md': '# A' });
      const site = newFolder();
      const { ended } = startSample(['--input', input, '--out', site]);
      // Between finding and reading lie the plugins, which have to be built.
      while (!existsSync(path.join(site, 'pages'))) await new Promise((resolve) => setTimeout(resolve, 5));
      rmSync(path.join(input, 'gone.md'));
      rmSync(path.join(input, 'folder.md'));
      mkdirSync(path.join(input, 'folder.md'));
      writeFileSync(path.join(site, 'pages', 'blocked'), '');
      const { code, stdout, stderr } = await ended;
      expect(stderr).toBe('');
      expect(stdout).toContain('4 of 4 accounted for: 1 rendered, 0 as plain text, 3 failed');
      expect(stdout).toContain('gone.md  (cannot be read: ENOENT: no such file or directory)');
      expect(stdout).toContain('folder.md  (cannot be read: EISDIR: illegal operation on a directory)');
      expect(stdout).toMatch(/blocked\/a\.md {2}\(page cannot be written: (?:EEXIST|ENOTDIR)/);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe('This did not hold: 3 documents failed.');
      expect(code).toBe(1);
      expect(readFileSync(path.join(site, 'pages', 'good.md.html'), 'utf8')).toContain('Good');
      const { documents, producedBy } = JSON.parse(readFileSync(path.join(site, 'report.json'), 'utf8')) as Report;
      expect(producedBy).toBe('deciduous docs pipeline');
      expect(documents.failed.map(({ path: name }) => name).sort()).toEqual(['blocked/a.md', 'folder.md', 'gone.md']);
      expect(readFileSync(path.join(site, 'report.html'), 'utf8')).toContain('Documents that failed');
    },
    LONGEST_RUN_MS,
  );
});
