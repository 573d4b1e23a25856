import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packExtension } from '../../../dist/pack/index.js';
import { runCode, writeExtension } from './support/pack-and-run.js';

const LIBRARIES = [
  ...[
    'acorn',
    'bignumber.js',
    'date-fns',
    'dayjs',
    'fuse.js',
    'handlebars',
    'immer',
    'immutable',
    'js-yaml',
    'lodash',
    'markdown-it',
    'marked',
    'mathjs',
    'mustache',
  ],
  ...['papaparse', 'ramda', 'semver', 'validator', 'yaml', 'zod'],
];

describe('a library bundled into an extension', () => {
  it.each(LIBRARIES)(
    '%s answers in a Compartment what it answers in Node',
    async (name) => {
      const library = (await import(`./libraries/${name}.js`)) as { run: () => unknown };
      const entry = writeExtension({
        'extension.ts': `import { defineDomain } from 'deciduous/domain';\nimport { run } from '../../libraries/${name}.js';\nexport default defineDomain({ run } as never);\n`,
      });
      const leaf = await packExtension(entry);
      const answer = await runCode(leaf.code, { endowments: ['clock', 'random'] });
      expect(answer.error).toBeUndefined();
      expect(answer.value).toEqual(structuredClone(library.run()));
      expect(answer.counts.checkpoints).toBeGreaterThan(0);
    },
    120_000,
  );
});

describe('the page of libraries', () => {
  it('has a row for each that is run, with the version that is installed, and no other', () => {
    const repository = new URL('../../../', import.meta.url);
    const manifest = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')) as { [group: string]: { [name: string]: string } };
    const versions = { ...manifest['dependencies'], ...manifest['devDependencies'] };
    const rows = [...readFileSync(new URL('docs/libraries.md', repository), 'utf8').matchAll(/^\| `([^`]+)` \| ([^ ]+) \|/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
    expect(rows).toEqual(LIBRARIES.map((name) => `${name} ${versions[name]}`));
  });
});
