/** The pages say what is there: their links lead somewhere, their tables are those of the code, their programs run and print what stands below them. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../dist/abi/codes.js';
import { DEFAULT_LIMITS } from '../../dist/abi/limits.js';
import { GLOBAL_NAMES } from '../../dist/domains/global-names.js';
import { CHANGES, checkLocks, renderDiagnostic, RULES } from '../../dist/idl/index.js';
import { PACK_CODES, packExtension } from '../../dist/pack/index.js';
import { CALL_TRANSITIONS } from '../../dist/proxy/call-transitions.js';
import { OWNERSHIP_GUARDS, OWNERSHIP_ROWS } from '../../dist/shared-heap/ownership/ownership-table.js';
import { after, anchorsOf, type Fence, pageAt, PAGES, proseOf, repository } from './docs/pages.js';
import { layOut, newFolder, outputOf } from './docs/programs.js';

const folders: string[] = [];
const folderFor = (place: string): string => {
  const folder = newFolder();
  folders.push(folder);
  const page = pageAt(place);
  if (page) layOut(page, folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const fences = PAGES.flatMap((page) => page.fences);
const titled = (list: readonly Fence[]): [string, Fence][] => list.map((fence) => [`${fence.page}:${fence.line}`, fence]);
const read = (place: string): string => readFileSync(path.join(repository, place), 'utf8');
const isLocal = (link: string): boolean => !/^[a-z]+:/.test(link);

/** Where a link on a page leads, relative to the repository. */
function target(place: string, link: string): string {
  const [file] = link.split('#', 1);
  return file === '' ? place : path.posix.normalize(path.posix.join(path.posix.dirname(place), file)).replace(/\/$/, '');
}

describe('links', () => {
  it.each(PAGES.map((page) => [page.path, page] as const))('of %s lead to files and headings that exist', (_, page) => {
    const broken = page.links.filter(isLocal).filter((link) => {
      const place = target(page.path, link);
      const anchor = link.split('#')[1];
      if (!existsSync(path.join(repository, place))) return true;
      return anchor !== undefined && place.endsWith('.md') && !anchorsOf(read(place)).has(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('lead from the readme to every page', () => {
    const reached = new Set(['README.md']);
    for (const place of reached) for (const link of pageAt(place)?.links.filter(isLocal) ?? []) reached.add(target(place, link));
    expect(PAGES.map((page) => page.path).filter((place) => !reached.has(place))).toEqual([]);
  });

  it.each(PAGES.map((page) => [page.path, page] as const))('and paths that %s names exist', (_, page) => {
    const named = [...proseOf(page.text).matchAll(/(?<![\w./:-])(?:src|test|scripts|samples|bench|docs|idl)\/[\w./-]*\w/g)].map(([place]) => place);
    expect(named.filter((place) => !existsSync(path.join(repository, place)))).toEqual([]);
  });
});

describe('errors', () => {
  const rules: [string, string | undefined][] = [
    ...ERROR_CODES.map((code): [string, undefined] => [code, undefined]),
    ...Object.entries(PACK_CODES).map(([code, what]): [string, string] => [code, what]),
    ...Object.values(RULES).map(([code, rule]): [string, string] => [code, rule]),
  ];

  it.each(rules)('%s has a page, in the index, that quotes its rule', (code, rule) => {
    const page = pageAt(`docs/errors/${code}.md`);
    expect(page?.text.startsWith(`# ${code}\n`)).toBe(true);
    expect(pageAt('docs/errors/README.md')?.links).toContain(`${code}.md`);
    if (rule !== undefined) expect(page?.text).toContain(`> ${rule}\n`);
  });

  it('have no page without a code', () => {
    const codes = new Set(rules.map(([code]) => code));
    const places = PAGES.map((page) => page.path).filter((place) => place.startsWith('docs/errors/') && !place.endsWith('README.md'));
    expect(places.map((place) => path.posix.basename(place, '.md')).filter((code) => !codes.has(code))).toEqual([]);
  });
});

describe('tables', () => {
  const semantics = read('docs/semantics.md');

  it('of calls are those that the code has', () => {
    for (const { from, event, by, to, carries } of CALL_TRANSITIONS) {
      expect(semantics).toContain(`| ${from} | ${event} | ${by.join(', ')} | ${to} | ${carries} |`);
    }
  });

  it('of ownership are those that the code has', () => {
    for (const { from, event, guards, to, commit, between } of OWNERSHIP_ROWS) {
      const guard = guards.length === OWNERSHIP_GUARDS[event].length ? '' : guards.join(', ');
      expect(semantics).toContain(`| ${[from.join(', '), event, guard, to, commit, between].join(' | ')} |`);
    }
  });

  it('of changes are those that the code has', () => {
    const rows = read('docs/compatibility.md')
      .split('\n')
      .filter((line) => / (?:same|compatible|breaking) \|/.test(line));
    expect(rows).toEqual(
      Object.values(CHANGES).map(({ change, verdict, oldCallers, newCallers, why }) => `| ${[change, verdict, oldCallers, newCallers, why].join(' | ')} |`),
    );
  });

  it('of limits name every limit', () => {
    for (const limit of Object.keys(DEFAULT_LIMITS)) expect(semantics).toMatch(new RegExp(`^\\| \`${limit}\` \\|`, 'm'));
  });

  it('of deaths quote tests that exist', () => {
    const rows = semantics.split('\n').filter((line) => /^\| \d+a? \|/.test(line));
    const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map(([, title]) => title));
    const named = (after: string): string[] =>
      rows.flatMap((row) => [...(row.split(after)[1] ?? '').split('; ', 1)[0].matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const stepped = named('stepped: ');
    const inCalls = named('in calls ');
    const tests = ['semantics', 'hostile', 'interleaving', 'unit']
      .flatMap((folder) => readdirSync(path.join(repository, 'test', folder)).map((file) => `test/${folder}/${file}`))
      .filter((file) => file.endsWith('.test.ts') && !file.endsWith('docs.test.ts'))
      .map((file) => read(file).replaceAll("\\'", "'"))
      .join('\n');
    const scenes = read('test/interleaving/call-scenes.ts');
    expect(rows.length).toBeGreaterThan(30);
    expect(quoted.length).toBeGreaterThan(35);
    expect(stepped.length).toBeGreaterThan(5);
    expect(inCalls.length).toBeGreaterThan(2);
    // What stands before the colon, the number of a row and a death, is put there by the group that a test is in.
    expect(quoted.filter((title) => !tests.includes(title.replace(/^row \d+(?:, by a panic)?: /, '').replace(/ after a (?:kill|overflow).*/, '')))).toEqual([]);
    for (const name of stepped) if (!name.startsWith('[')) expect(tests).toContain(`name: '${name}'`);
    for (const name of inCalls) expect(scenes).toContain(`name: '${name}'`);
  });

  it('of globals are the globals that a domain has', () => {
    const list = pageAt('docs/extensions.md')?.fences.find((fence) => fence.words.has('globals'));
    expect(list?.text.trim().split(/\s+/).sort()).toEqual([...GLOBAL_NAMES].sort());
  });

  it('of the diagnostics list every code', () => {
    for (const [code] of Object.values(RULES)) expect(read('docs/idl.md')).toContain(`[${code}](errors/${code}.md)`);
  });
});

describe('programs', () => {
  const programs = fences.filter((fence) => fence.words.has('run'));

  it.each(titled(programs))('%s prints what stands below it', (_, program) => {
    const expected = after(program, 'output');
    const output = outputOf(program, folderFor(program.page));
    expect(expected, 'a program is followed by its output').toBeDefined();
    expect(output).toBe(expected?.text.trim());
  });

  it('stand in the readme and in every page of how to', () => {
    for (const place of ['README.md', 'docs/host-api.md', 'docs/extensions.md']) expect(programs.some(({ page }) => page === place)).toBe(true);
  });
});

describe('what is refused', () => {
  const refused = fences.filter((fence) => fence.words.has('refused'));
  /** What a page says was published before, and the lock file of that. */
  const publishedOn = (place: string): string | undefined => pageAt(place)?.fences.find((fence) => fence.words.has('published'))?.text;
  const lockOf = (place: string): string | undefined => {
    const text = publishedOn(place);
    return text === undefined ? undefined : checkLocks([{ path: 'example.idl', text }], { read: () => undefined }).plans[0].text;
  };
  const said = (fence: Fence): string | undefined => after(fence, 'says')?.text.trim();

  it.each(titled(refused.filter(({ language }) => language === 'idl')))('%s is refused by the compiler in these words', (_, fence) => {
    const { diagnostics } = checkLocks([{ path: 'example.idl', text: fence.text }], {
      read: (place) => (place === 'idl.lock' ? lockOf(fence.page) : undefined),
      list: () => [],
    });
    expect(diagnostics[0]?.code).toBe(fence.words.get('refused'));
    expect(renderDiagnostic(diagnostics[0]).trim()).toBe(said(fence));
  });

  it.each(titled(refused.filter(({ language }) => language === 'json')))('%s is refused as a lock file in these words', (_, fence) => {
    const { diagnostics } = checkLocks([{ path: 'example.idl', text: publishedOn(fence.page) ?? '' }], {
      read: (place) => (place === 'idl.lock' ? fence.text : undefined),
      list: () => [],
    });
    expect(diagnostics[0]?.code).toBe(fence.words.get('refused'));
    expect(renderDiagnostic(diagnostics[0]).trim()).toBe(said(fence));
  });

  it.each(titled(refused.filter(({ language }) => language !== 'idl' && language !== 'json')))(
    '%s is refused by the build in these words',
    async (_, fence) => {
      const folder = folderFor(fence.page);
      const entry = path.join(folder, fence.words.get('file') as string);
      const error = await packExtension(entry, { root: folder }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: fence.words.get('refused') });
      const message = (error as Error).message.replaceAll(`${folder}/`, '').replaceAll(folder, '/srv/extension').replaceAll(repository, '/srv/');
      expect(message.trim()).toBe(said(fence));
    },
  );
});
