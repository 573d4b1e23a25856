import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A file that scripts want vitest's JSON report in, beside what it prints. */
const report = process.env['TEST_REPORT'];

const built = fileURLToPath(new URL('dist/', import.meta.url)).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'test/fixtures/**'],
    // Tests run what users get: Node loads the built package itself, untransformed, once, and as its own workers do.
    server: { deps: { external: [new RegExp(`^${built}`)] } },
    // A process for each file: a test may take down threads, and what it leaves behind must not reach the next.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    watch: false,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
