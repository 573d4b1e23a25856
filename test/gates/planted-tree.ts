/**
 * A small repository in a temporary folder in which every gate is content, so that a test can plant one violation and see it found. It has the
 * real configuration files and the real tools; only the code in it is made up.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const CONFIGURATION = ['.oxlintrc.json', 'biome.json', 'knip.json', 'tsconfig.json', 'test/tsconfig.json'];

const FILES: { readonly [file: string]: string } = {
  'package.json': `${JSON.stringify(
    {
      name: 'deciduous',
      version: '1.0.0',
      license: 'Apache-2.0',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=20.19' },
      exports: { types: './dist/host/index.d.ts', default: './dist/host/index.js' },
      files: ['dist'],
    },
    undefined,
    2,
  )}\n`,
  'package-lock.json': '{ "name": "deciduous", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": { "": { "name": "deciduous" } } }\n',
  'docs/dependencies.md': '# Dependencies\n\nThere are none.\n',
  'src/abi/atomics.ts': 'export type Memory = SharedArrayBuffer;\n\nexport const load: (words: Int32Array, index: number) => number = Atomics.load;\n',
  'src/shared-heap/heap.ts':
    "import { load } from '../abi/atomics.js';\n\n/** The first word. */\nexport const first = (words: Int32Array): number => load(words, 0);\n",
  'src/proxy/call.ts': "import { first } from '../shared-heap/heap.js';\n\nexport const call = (words: Int32Array): number => first(words) + 1;\n",
  'src/domains/domain-worker.ts': "import { call } from '../proxy/call.js';\n\ncall(new Int32Array(1));\n",
  'src/microkernel/kernel-worker.ts': "import { call } from '../proxy/call.js';\n\ncall(new Int32Array(1));\n",
  'src/host/index.ts':
    "import type { Memory } from '../abi/atomics.js';\nimport { call } from '../proxy/call.js';\n\nexport const boot = (memory: Memory): number => call(new Int32Array(memory));\n",
  'test/host.test.ts': "import { boot } from '../dist/host/index.js';\n\nboot(new SharedArrayBuffer(4));\n",
};

export interface Verdict {
  readonly ok: boolean;
  readonly said: string;
}

export class PlantedTree implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'deciduous-gate-'));

  constructor() {
    for (const [file, text] of Object.entries(FILES)) this.write(file, text);
    for (const file of CONFIGURATION) this.copy(file);
    symlinkSync(path.join(repository, 'node_modules'), path.join(this.#folder, 'node_modules'));
  }

  write(file: string, text: string): void {
    const place = path.join(this.#folder, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  }

  read(file: string): string {
    return readFileSync(path.join(this.#folder, file), 'utf8');
  }

  /** Replaces a part of a file; the part has to be there, or what is planted would be nothing. */
  change(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }

  remove(file: string): void {
    rmSync(path.join(this.#folder, file), { recursive: true });
  }

  /** Takes a file or a folder over from the repository. */
  copy(file: string): void {
    cpSync(path.join(repository, file), path.join(this.#folder, file), { recursive: true });
  }

  /** Compiles the tree's src to its dist. */
  build(): void {
    const { status, stdout } = spawnSync(process.execPath, [path.join(repository, 'node_modules/typescript/bin/tsc'), '-b'], {
      cwd: this.#folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stdout);
  }

  /** Runs a gate on the tree. */
  judge(gate: string): Verdict {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(repository, 'scripts/gates', `${gate}.mjs`)], {
      cwd: this.#folder,
      encoding: 'utf8',
    });
    return { ok: status === 0, said: `${stdout}${stderr}` };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
