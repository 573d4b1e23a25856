import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../samples/docs-pipeline/report.js';
import type { ChromeTrace } from 'deciduous';
import { faultsOf } from '../unit/trace-format.js';
import { DOCUMENTS, newFolder, runningInGroup, runSample, startSample, type Ended, type Started } from './run-sample.js';

const LONGEST_RUN_MS = 120_000;

describe('the documentation pipeline, on documents of which some bring plugins down', () => {
  const site = newFolder();
  let ended: Ended;
  let report: Report;

  beforeAll(async () => {
    ended = await runSample(['--input', DOCUMENTS, '--out', site, '--json']);
    report = JSON.parse(ended.stdout || '{}') as Report;
  }, LONGEST_RUN_MS);

  const page = (name: string): string => readFileSync(path.join(site, 'pages', `${name}.html`), 'utf8');

  it('ends with exit code 0 and says nothing beside the report', () => {
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(report.complaints).toEqual([]);
  });

  it('accounts for every document', () => {
    expect(report.documents).toMatchObject({ found: 8, accounted: 8, rendered: 7, plain: 1, despiteCrash: 5, without: { fragile: 2, stuck: 1, greedy: 2 } });
  });

  it('crashes for the causes that the documents give, twice where they were lent and once where they had moved', () => {
    const crashes = Object.fromEntries(report.plugins.map(({ name, crashes }) => [name, crashes]));
    expect(crashes).toEqual({
      links: {},
      words: {},
      fragile: { panic: 2, 'stack-overflow': 2 },
      stuck: { hang: 2 },
      greedy: { 'out-of-memory': 4 },
      thief: {},
      render: { panic: 1 },
    });
  });

  it('starts every plugin that crashed again, and takes back what it held', () => {
    const { restarts, reclaimed } = report.plugins.find(({ name }) => name === 'greedy') ?? expect.fail('no greedy');
    expect(restarts).toBe(4);
    expect(reclaimed.blocks).toBe(6);
  });

  it('says for each document which plugin it had to do without', () => {
    const setbacks = Object.fromEntries(report.setbacks.map(({ path: document, plugin, reason }) => [document, `${plugin} ${reason}`]));
    expect(setbacks).toEqual({
      'long-line.md': 'greedy out-of-memory',
      'long-word.md': 'greedy out-of-memory',
      'odd-language.md': 'render panic',
      'quotation.md': 'fragile stack-overflow',
      'ragged-table.md': 'fragile panic',
      'unclosed-bold.md': 'stuck TimedOut',
    });
  });

  it('reports the document that had moved into the plugin that died, and publishes it as plain text', () => {
    expect(report.documents.lost).toEqual([{ path: 'odd-language.md', plugin: 'render', reason: 'panic' }]);
    expect(page('odd-language.md')).toContain('PLEASE GIVE UP &lt;b&gt;');
  });

  it('names the places in the source where plugins crashed', () => {
    const places = report.crashSites.map(({ place }) => place.replace(/:\d+/, ''));
    expect(places).toEqual(expect.arrayContaining(['quoteDepth (fragile.ts)', 'wrap (greedy.ts)', 'pack (greedy.ts)', 'highlight (highlight.ts)']));
  });

  it('leaves heap and calls without a finding', () => {
    expect(report.audit).toEqual([]);
    expect(report.condemned).toEqual([]);
  });

  it('lets the thief try at least 25 ways and take nothing', () => {
    expect(report.thief.attempts.length).toBeGreaterThanOrEqual(25);
    expect(report.thief.attempts.filter(({ outcome }) => outcome === 'Taken')).toEqual([]);
    expect(report.thief.changes).toEqual([]);
    expect(report.documents.tampered).toEqual([]);
  });

  it('has the trusted build refuse import() of what nobody can know', () => {
    const attempt = report.thief.attempts.find(({ what }) => what.startsWith('import() of a module of Node'));
    expect(attempt).toMatchObject({ outcome: 'Refused', detail: expect.stringContaining('PACK009') });
  });

  it('writes pages that load nothing from elsewhere and run no script', () => {
    const html = page('guides/also-good.md');
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('&lt;script&gt;alert(1)');
    expect(html).not.toMatch(/<script|<img|src="http/);
  });

  it('writes links between pages that lead somewhere', () => {
    const index = readFileSync(path.join(site, 'index.html'), 'utf8');
    const links = [...index.matchAll(/href="([^"#]+)"/g)].map(([, href]) => decodeURIComponent(href));
    expect(links.length).toBeGreaterThan(8);
    for (const href of links) expect(existsSync(path.join(site, href)), href).toBe(true);
    expect(page('guides/also-good.md')).toContain('href="../../style.css"');
  });

  it('writes an index in which a word leads to its document', () => {
    const context: { searchIndex?: { documents: { path: string }[]; terms: [string, ...number[]][] } } = {};
    runInNewContext(readFileSync(path.join(site, 'search-index.js'), 'utf8'), context);
    const { documents, terms } = context.searchIndex ?? expect.fail('no index');
    const [, place, occurrences] = terms.find(([term]) => term === 'pomegranate') ?? expect.fail('no such term');
    expect(documents[place].path).toBe('guides/also-good.md');
    expect(occurrences).toBe(1);
  });
});

describe('a trace of the run', () => {
  it(
    'holds its claims, is well formed, shows every plugin, and the line says how to look at it',
    async () => {
      const file = path.join(newFolder(), 'run.json');
      const { code, stdout, stderr } = await runSample(['--input', DOCUMENTS, '--out', newFolder(), '--trace', file, '--json']);
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as Report).ok).toBe(true);
      expect(stderr).toMatch(/^Trace: \d+ events in .*run\.json\. Open https:\/\/ui\.perfetto\.dev/);
      const trace = JSON.parse(readFileSync(file, 'utf8')) as ChromeTrace;
      expect(faultsOf(trace)).toEqual([]);
      const tracks = trace.traceEvents.filter(({ name }) => name === 'thread_name').map(({ args }) => String(args?.name));
      expect(tracks).toEqual(expect.arrayContaining(['host', 'kernel', 'links#1', 'fragile#1', 'fragile#5', 'greedy#5', 'thief#1', 'render#2']));
    },
    LONGEST_RUN_MS,
  );
});

describe('the report for people', () => {
  it(
    'is plain text of at most 120 columns where it goes to no terminal, with the verdict last',
    async () => {
      const { code, stdout } = await runSample(['--input', DOCUMENTS, '--limit', '1', '--out', newFolder()]);
      expect(code).toBe(0);
      expect(stdout).not.toContain('\u001b');
      const lines = stdout.trimEnd().split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
      expect(lines.at(-1)).toBe('Every document is accounted for, the heap is clean, and nothing got out.');
    },
    LONGEST_RUN_MS,
  );
});

describe('wrong use ends with exit code 2 and says what to do', () => {
  const empty = newFolder();
  const file = path.join(empty, 'file.txt');
  writeFileSync(file, '');
  it.each([
    ['a folder that is not there', ['--input', path.join(empty, 'nowhere')], 'There is no folder'],
    ['a file in place of a folder', ['--input', file], 'is not a folder'],
    ['a folder without documents', ['--input', empty], 'There is no Markdown file'],
    ['an unknown option', ['--verbose'], 'Options are --input DIR'],
    ['a limit that is no number', ['--limit', 'few'], '--limit wants a whole number'],
    ['a trace without a file', ['--trace'], "Option '--trace <value>' argument missing"],
    ['a trace in a file that cannot be', ['--input', DOCUMENTS, '--trace', path.join(file, 'run.json')], 'run.json cannot be written'],
    ['a trace in a folder', ['--input', DOCUMENTS, '--trace', empty], 'cannot be written: EISDIR'],
    ['an output folder that cannot be', ['--input', DOCUMENTS, '--out', path.join(file, 'site')], 'cannot be written'],
  ])('%s', async (_what, args, message) => {
    const { code, stdout, stderr } = await runSample(args);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('but help is no wrong use', async () => {
    const { code, stdout } = await runSample(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--input DIR');
  });
});

describe.skipIf(process.platform !== 'linux')('an interrupt', () => {
  /** How long a loaded machine may take beyond the second that the program takes at most. */
  const PATIENCE_MS = 20_000;

  it.each([
    ['while plugins are built', () => true],
    ['while documents are under way', (site: string) => existsSync(path.join(site, 'pages', 'good.md.html'))],
  ])(
    '%s ends everything with exit code 130',
    async (_when, reached) => {
      /** A run that has come so far. On a busy machine one may be over before that is seen, and then another one is begun. */
      const underWay = async (tries = 5): Promise<Started> => {
        const site = newFolder();
        const started = startSample(['--input', DOCUMENTS, '--out', site]);
        while (!existsSync(path.join(site, 'pages')) || !reached(site)) await new Promise((resolve) => setTimeout(resolve, 20));
        return started.child.exitCode === null || tries === 1 ? started : underWay(tries - 1);
      };
      const { child, ended } = await underWay();
      const from = performance.now();
      child.kill('SIGINT');
      const { code } = await ended;
      expect(code).toBe(130);
      expect(performance.now() - from).toBeLessThan(PATIENCE_MS);
      await expect.poll(() => runningInGroup(child.pid ?? 0)).toEqual([]);
    },
    LONGEST_RUN_MS,
  );
});
