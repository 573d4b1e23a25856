import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A file that scripts want vitest's JSON report in, beside what it prints. */
const report = process.env['TEST_REPORT'];

const built = fileURLToPath(new URL('dist/', import.meta.url)).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const ALONE = 'test/hostile/corpus/**/*.test.ts';

const shared = {
  // A process for each file: a test may take down threads, and what it leaves behind must not reach the next.
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // What is polled for comes when a thread gets its turn, and two files run at once.
  expect: { poll: { timeout: 30_000 } },
} as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    watch: false,
    globalSetup: ['scripts/bundle-worker.mjs'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        test: {
          ...shared,
          name: 'built',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'dist/**', 'test/fixtures/**', 'test/interleaving/**', ALONE],
          sequence: { groupOrder: 0 },
          // Tests run what users get: Node loads the built package itself, untransformed, once, and as its own workers do.
          server: { deps: { external: [new RegExp(`^${built}`)] } },
        },
      },
      {
        // Here the runner loads the built package, so that a test can put its scheduler where src/abi/atomics.ts is. Everything else is as built.
        test: { ...shared, name: 'interleaving', include: ['test/interleaving/**/*.test.ts'], sequence: { groupOrder: 0 } },
      },
      {
        // After all others: it judges how long a host's loop stands still, and has two processes at work itself.
        test: { ...shared, name: 'alone', include: [ALONE], server: { deps: { external: [new RegExp(`^${built}`)] } }, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
