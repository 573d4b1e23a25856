/**
 * What an extension's imports mean, as a plugin of the bundler.
 *
 * Three kinds of import leave the bundle as imports, so that no line of the bundle speaks for the trusted runtime: the linker
 * replaces them later. `deciduous/domain`; and a generated module, known by the schema that lies beside it. Everything
 * else is a file, and a file has to lie in the extension's folder or in a package installed for it: a build reads whatever the
 * extension names, and its author is not the owner of this machine.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { OnLoadResult, OnResolveArgs, OnResolveResult, PartialMessage, Plugin } from 'esbuild';
import type { PackCode } from '../pack-error.js';

export const DOMAIN_MODULE = 'deciduous/domain';
/** Followed by the absolute path of the generated module without its ending. */
export const GENERATED_PREFIX = 'deciduous-generated:';
export const SCHEMA_SUFFIX = '.schema.json';

/** What the plugin attaches to its messages, so that a message becomes a PackError without its text being read. */
export interface RuleDetail {
  readonly code: PackCode;
  readonly wayOut: string;
}

function refuse(code: PackCode, text: string, wayOut: string): { errors: PartialMessage[] } {
  const detail: RuleDetail = { code, wayOut };
  const message: PartialMessage = { text, detail };
  return { errors: [message] };
}

/** What becomes code. The bundler knows more kinds, which would leave the leaf without their content. */
const BUNDLED_ENDING = /\.(?:[cm]?[jt]s|[jt]sx|json)$/;
const MODULE_ENDING = /\.(?:[cm]?[jt]s)$/;

/** A leaf is code that people wrote; what is larger is data in the wrong place, and a build has to end. */
const LARGEST_FILE = 16 * 2 ** 20;

/** The folder of the nearest package.json at or above the entry, else the entry's own folder. */
export function packageRoot(entryFile: string): string {
  const start = dirname(entryFile);
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

function isInside(path: string, root: string): boolean {
  const from = relative(root, path);
  return from !== '' && from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}

/** Installed packages lie in a node_modules folder of the root or of a folder above it. */
function isInstalled(path: string, root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (isInside(path, join(folder, 'node_modules'))) return true;
    if (dirname(folder) === folder) return false;
  }
}

/** Why the build does not read `path`, a real path; undefined where it does. */
function whyNot(path: string, root: string): ReturnType<typeof refuse> | undefined {
  if (!isInside(path, root) && !isInstalled(path, root)) {
    const wayOut = `Move it into ${root}, install it as a package, or pass a root that holds both.`;
    return refuse('PACK016', `the extension reaches for ${path}, outside of its folder`, wayOut);
  }
  const status = statSync(path);
  if (status.isFile() && status.size <= LARGEST_FILE) return undefined;
  const wayOut = `The build reads files of up to ${LARGEST_FILE / 2 ** 20} MiB. Hand large data to the domain at run time.`;
  return refuse('PACK018', `${path} is too large, or no file`, wayOut);
}

function loadFile(path: string, root: string): OnLoadResult | undefined {
  const real = realpathSync(path);
  const refusal = whyNot(real, root);
  if (refusal) return refusal;
  if (!BUNDLED_ENDING.test(real)) {
    const wayOut = 'Import TypeScript, JavaScript or JSON; put other data into one of these.';
    return refuse('PACK002', `${basename(real)} is imported, which the build cannot turn into code`, wayOut);
  }
  const text = readFileSync(real, 'utf8');
  // The bundler would follow a map that the file names, and with it name any file as a source. The escape means the same in a string.
  return text.includes('sourceMappingURL=') ? { contents: text.replaceAll('sourceMappingURL=', 'sourceMappingURL\\u003d'), loader: 'default' } : undefined;
}

/** Leaves the generated module at `path` for the linker, where a schema lies beside it. */
function generated(args: OnResolveArgs, path: string, root: string): OnResolveResult | undefined {
  const stem = path.replace(MODULE_ENDING, '');
  if (!existsSync(stem + SCHEMA_SUFFIX)) return undefined;
  return whyNot(realpathSync(stem + SCHEMA_SUFFIX), root) ?? external(args, GENERATED_PREFIX + stem);
}

function external(args: OnResolveArgs, path: string): OnResolveResult {
  if (args.kind === 'import-statement') return { path, external: true, sideEffects: false };
  const way = args.kind === 'dynamic-import' ? 'import()' : 'require()';
  return refuse('PACK009', `${args.path} is reached with ${way}`, `Write import { ... } from '${args.path}' at the head of the file.`);
}

function deciduous(args: OnResolveArgs): OnResolveResult {
  if (args.path === DOMAIN_MODULE) return external(args, DOMAIN_MODULE);
  return args.path === 'deciduous/schema'
    ? refuse('PACK006', 'an extension imports values from deciduous/schema', 'Import what you need of it with import type.')
    : refuse(
        'PACK006',
        `an extension imports ${args.path}, which belongs to the host's side`,
        `An extension gets ${DOMAIN_MODULE}, its generated modules and what it bundles. Use import type for types.`,
      );
}

/** `root`, a real path, is the folder that the extension's own files have to lie in. */
export function importRules(root: string): Plugin {
  return {
    name: 'deciduous-import-rules',
    setup(build) {
      build.onResolve({ filter: /^deciduous(?:\/|$)/ }, deciduous);
      build.onResolve({ filter: /^\.\.?(?:\/|$)/ }, (args) => generated(args, resolve(args.resolveDir, args.path), root));
      build.onResolve({ filter: /^[^./]/ }, async (args) => {
        if (args.pluginData === 'asked' || args.kind === 'entry-point') return undefined;
        const { kind, resolveDir, importer } = args;
        const found = await build.resolve(args.path, { kind, resolveDir, importer, pluginData: 'asked' });
        // An import that does not resolve is left to the bundler, which knows whether a try around it makes it optional.
        if (found.errors.length > 0 || found.namespace !== 'file') return undefined;
        return generated(args, found.path, root);
      });
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => loadFile(path, root));
    },
  };
}
