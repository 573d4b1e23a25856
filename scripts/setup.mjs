/**
 * What a fresh clone lacks: the packages of package-lock.json and the build. `npm test`, `npm start`, `npm run check` and the others
 * begin here, so that nobody has to know which steps come first. With everything in place it takes about a tenth of a second.
 *
 * Plain JavaScript on Node's own modules, since it runs before anything is installed. It speaks on stderr: stdout belongs to the
 * program that follows, which may print JSON.
 */
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { install, isInstalled, SetupError } from './install.mjs';
import { isMain } from './is-main.mjs';
import { requireNode } from './node-version.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs and builds whatever is missing or out of date. With `mustBuild: false` a build that fails is somebody else's to report. */
export async function setUp({ mustBuild = true } = {}) {
  requireNode(root);
  if (!isInstalled(root)) await install(root);
  if (!(await build()) && mustBuild) throw new SetupError('The build failed: see above. `npm run build` repeats it.');
}

/** Runs `main`, and turns an error that a person can do something about into its sentence and exit code 1. */
export async function orExplain(main) {
  try {
    return await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

if (isMain(import.meta.url)) await orExplain(() => setUp());
