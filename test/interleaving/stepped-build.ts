/**
 * A copy of the built package with the scheduler's seam in the place of abi/atomics.js. Everything else is byte for byte what users get, but for a *twin*: there one line of one file is broken,
 * in that copy alone, to see whether the explorer notices.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const top = path.resolve(here, '../..');
/** Below node_modules, so that the copy finds the packages that it imports. */
const scratch = path.join(top, 'node_modules/.cache/stepped');

/** Where the scheduler's files import the package from. */
const BUILT = '../../../dist/abi/';

/** Every operation that the seam knows. One that is new needs a decision in support/seam.mjs: what kind of step is it? */
const OPERATIONS = ['reserve', 'load', 'store', 'swapIf', 'exchange', 'add', 'setBits', 'clearBits', 'wait', 'waitAsync', 'notify', 'relax'];

export interface Twin {
  readonly name: string;
  /** Of the built package, as in `shared-heap/pages/arena.js`. */
  readonly file: string;
  /** Text that occurs in the file exactly once, and what stands there instead: one edit for a line that is changed, two for one that is moved. */
  readonly edits: readonly { readonly find: string; readonly replace: string }[];
}

let made = 0;

export class SteppedBuild {
  readonly #folder: string;

  /** `seam` is the file of the scheduler's that stands in the place of abi/atomics.js. */
  constructor(twin?: Twin, seam = 'seam.mjs') {
    removeStale();
    this.#folder = path.join(scratch, `${process.pid}-${made++}`);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(path.join(this.#folder, 'package.json'), '{"type":"module"}\n');
    for (const part of ['abi', 'shared-heap', 'proxy', 'microkernel', 'interfaces', 'domains/media.js']) {
      const from = path.join(top, 'dist', part);
      if (existsSync(from)) cpSync(from, path.join(this.#folder, part), { recursive: true, filter: (file) => !/\.(map|d\.ts)$/.test(file) });
    }
    const abi = path.join(this.#folder, 'abi');
    copyFileSync(path.join(abi, 'atomics.js'), path.join(abi, 'atomics-real.js'));
    const unknown = [...readFileSync(path.join(abi, 'atomics.js'), 'utf8').matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].filter(
      ([, name]) => !OPERATIONS.includes(name),
    );
    if (unknown.length > 0) throw new Error(`abi/atomics.js has operations that the scheduler does not know: ${unknown.map(([, name]) => name).join(', ')}`);
    this.#install(seam, 'atomics.js');
    for (const file of ['board.mjs', 'owner-shadow.mjs']) this.#install(file, file);
    if (twin) this.#breakLine(twin);
  }

  /** Puts one of the scheduler's files beside the modules of the copy, which it then imports instead of the built ones. */
  #install(file: string, name: string): void {
    const code = readFileSync(path.join(here, 'support', file), 'utf8');
    const imports = code.replaceAll(`'${BUILT}atomics.js'`, "'./atomics-real.js'").replaceAll(`'${BUILT}`, "'./");
    writeFileSync(path.join(this.#folder, 'abi', name), imports);
  }

  #breakLine({ name, file, edits }: Twin): void {
    const at = path.join(this.#folder, file);
    let code = readFileSync(at, 'utf8');
    for (const { find, replace } of edits) {
      const found = code.split(find).length - 1;
      if (found !== 1) throw new Error(`the twin '${name}' changes a line of ${file} that is there ${found} times, not once: ${find}`);
      code = code.replace(find, () => replace);
    }
    writeFileSync(at, code);
  }

  /** The address below which the copy's modules are. */
  get root(): string {
    return pathToFileURL(`${this.#folder}/`).href;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Copies that a process left behind which was killed. */
function removeStale(): void {
  if (!existsSync(scratch)) return;
  for (const folder of readdirSync(scratch)) {
    const pid = Number.parseInt(folder, 10);
    if (pid !== process.pid && !isRunning(pid)) rmSync(path.join(scratch, folder), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
