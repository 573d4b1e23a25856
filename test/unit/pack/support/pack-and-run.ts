import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll } from 'vitest';
import type { Leaf } from '../../../../dist/abi/leaf.js';
import { packExtension } from '../../../../dist/pack/index.js';

export interface Answer {
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string };
  readonly panicked: boolean;
  readonly counts: {
    readonly checkpoints: number;
    /** The length of each long text, and what a large BigInt counts as. */
    readonly texts: readonly number[];
    readonly caught: number;
    readonly finally: number;
    readonly asked: number;
    readonly resumed: readonly unknown[];
  };
}

export interface RunOptions {
  /** What a checkpoint answers. */
  readonly quantum?: number;
  /** The checkpoint after this many panics. */
  readonly panicAfter?: number;
  /** How many frames of functions that can recurse may be entered. */
  readonly depth?: number;
  /** Whether an exhausted stack is a panic, as it is in a domain. */
  readonly judges?: boolean;
  readonly endowments?: readonly string[];
  readonly scriptName?: string;
}

/** Where extensions of tests lie: inside this package, so that they can import what is installed for it. */
const HERE = dirname(new URL(import.meta.url).pathname);
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes files into a new folder and answers the path of the first. */
export function writeExtension(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(HERE, '.extension-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return join(folder, Object.keys(files)[0]);
}

/** Evaluates code in a locked-down thread. */
export function runCode(code: string, options: RunOptions = {}): Promise<Answer> {
  return new Promise((answer, reject) => {
    const worker = new Worker(new URL('./compartment-worker.mjs', import.meta.url), {
      workerData: {
        code,
        scriptName: options.scriptName ?? 'extension',
        quantum: options.quantum ?? 1_000_000,
        panicAfter: options.panicAfter ?? Number.POSITIVE_INFINITY,
        judges: options.judges ?? false,
        depth: options.depth ?? 1_000_000,
        endowments: options.endowments ?? [],
      },
    });
    const deadline = setTimeout(() => {
      void worker.terminate();
      reject(new Error('the code did not end in 20 s'));
    }, 120_000);
    worker.once('error', reject);
    worker.once('message', (message: Answer) => {
      clearTimeout(deadline);
      answer(message);
      void worker.terminate();
    });
  });
}

export async function pack(source: string, more: { readonly [path: string]: string } = {}): Promise<Leaf> {
  return packExtension(writeExtension({ 'extension.ts': source, ...more }));
}

/** Packs `run`'s body as an extension and runs it. */
export async function run(body: string, options: RunOptions & { readonly head?: string } = {}): Promise<Answer> {
  const leaf = await pack(
    `import { defineDomain } from 'deciduous/domain';\n${options.head ?? ''}\nexport default defineDomain({ run() {\n${body}\n} } as never);\n`,
  );
  return runCode(leaf.code, options);
}
