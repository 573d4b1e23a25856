import { describe, expect, it } from 'vitest';
import { packExtension } from '../../../dist/pack/index.js';
import { runCode, writeExtension } from './support/pack-and-run.js';

const LIBRARIES = ['acorn', 'date-fns', 'handlebars', 'lodash', 'markdown-it', 'marked', 'mathjs', 'semver', 'yaml', 'zod'];

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
    30_000,
  );
});
