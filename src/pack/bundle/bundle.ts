/**
 * The bundler's part: one ECMAScript module from the entry file and all that it imports.
 *
 * The target is the oldest engine that a domain runs on, so newer syntax (`using`, decorators) arrives lowered and the guards
 * see its try blocks. `for await` is lowered too: its hidden awaits become written ones, after which the current call is restored.
 * And `**` becomes a call, because what a power comes to can be bounded only before it is taken (growth.ts).
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { build, type BuildFailure, type BuildOptions } from 'esbuild';
import { asPackError } from './bundle-refusal.js';
import { importRules, packageRoot } from './import-rules.js';
import { PackError } from '../pack-error.js';

const ENTRY_ENDINGS = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];

export interface Bundle {
  readonly code: string;
  /** Version 3 source map as JSON text; its sources are relative to `folder`. */
  readonly map: string;
  /** The entry file's folder, a real path. */
  readonly folder: string;
  /** The entry file, a real path. */
  readonly entry: string;
}

/** The entry's real path. Throws PackError where it is missing, no file, or of a kind that cannot be built. */
function realEntry(entryFile: string): string {
  const file = resolve(entryFile);
  try {
    const real = realpathSync(file);
    if (statSync(real).isFile()) {
      readFileSync(real);
      if (ENTRY_ENDINGS.includes(extname(real))) return real;
      const wayOut = `The entry of an extension is TypeScript or JavaScript: ${ENTRY_ENDINGS.join(' ')}`;
      throw new PackError({ code: 'PACK002', what: `${basename(real)} is neither TypeScript nor JavaScript`, wayOut, file });
    }
    const wayOut = 'Name the file whose default export is defineDomain({ ... }).';
    throw new PackError({ code: 'PACK001', what: 'the entry is not a file', wayOut, file });
  } catch (error) {
    if (error instanceof PackError) throw error;
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    const wayOut = 'Check the path; it is taken relative to the current folder.';
    throw new PackError({ code: 'PACK001', what: `the entry cannot be read: ${reason}`, wayOut, file });
  }
}

function optionsFor(entry: string, folder: string, root: string): BuildOptions & { write: false } {
  return {
    entryPoints: [entry],
    absWorkingDir: folder,
    outfile: 'extension.js',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['deciduous', 'worker', 'module'],
    target: 'node20.19',
    supported: { 'for-await': false, 'exponent-operator': false },
    define: { 'process.env.NODE_ENV': '"production"' },
    drop: ['debugger'],
    legalComments: 'none',
    charset: 'ascii',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
    logOverride: { 'html-comment-in-js': 'error', 'unsupported-require-call': 'silent' },
    plugins: [importRules(root)],
  };
}

/** Bundles `entryFile`. `root` is the folder that the extension's files may come from; by default that of its package.json. */
export async function bundle(entryFile: string, root?: string): Promise<Bundle> {
  const entry = realEntry(entryFile);
  const folder = dirname(entry);
  const allowed = root === undefined ? packageRoot(entry) : realpathSync(resolve(root));
  try {
    const { outputFiles } = await build(optionsFor(entry, folder, allowed));
    const code = outputFiles.find((file) => file.path.endsWith('.js'))?.text ?? '';
    const map = outputFiles.find((file) => file.path.endsWith('.map'))?.text ?? '';
    return { code, map, folder, entry };
  } catch (error) {
    throw asPackError(error as BuildFailure | Error, folder, entry);
  }
}
