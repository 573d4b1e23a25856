/** From the bundler's messages to PackErrors: the first error decides, because the rest often follow from it. */
import { isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import type { RuleDetail } from './import-rules.js';
import { PackError, type PackCode, type PackFault } from '../pack-error.js';

const ASK = 'declare it in your IDL, name it under imports in defineDomain, and have it granted by whoever loads the extension';

/** What to ask for instead of a module of Node, by the first part of its name. */
const INSTEAD: { readonly [module: string]: string } = {
  fs: 'An extension has no files. Ask for an interface of a file system',
  net: 'An extension has no network. Ask for an interface that makes the connection',
  tls: 'An extension has no network. Ask for an interface that makes the connection',
  http: 'An extension has no network. Ask for an interface that makes the request',
  https: 'An extension has no network. Ask for an interface that makes the request',
  http2: 'An extension has no network. Ask for an interface that makes the request',
  dns: 'An extension has no network. Ask for an interface that resolves the name',
  child_process: 'An extension starts no processes. Ask for an interface that does what the process was for',
  worker_threads: 'An extension has one thread. Put the other half into an extension of its own and ask for its interface',
  cluster: 'An extension has one thread. Put the other half into an extension of its own and ask for its interface',
  timers: 'Ask for a clock',
  perf_hooks: 'Ask for a clock',
  os: 'An extension knows nothing of the machine. Ask for an interface that tells what you need',
  process: 'An extension knows nothing of the process. Ask for an interface that tells what you need',
  crypto: 'Ask for an interface that gives random numbers or digests, or bundle a library written in JavaScript',
  buffer: 'Use Uint8Array, or install a package that does the same in JavaScript',
};

function adviceFor(module: string): string {
  const first = module.replace(/^node:/, '').split('/')[0] ?? '';
  const advice = Object.hasOwn(INSTEAD, first) ? INSTEAD[first] : undefined;
  if (advice === undefined) return `Install a package that does the same in JavaScript, or ask for an interface: ${ASK}.`;
  return advice.startsWith('Use') ? `${advice}.` : `${advice}: ${ASK}.`;
}

interface Reading {
  readonly code: PackCode;
  readonly what: string;
  readonly wayOut: string;
}

const RULES: readonly { readonly pattern: RegExp; readonly read: (match: RegExpMatchArray, importer: string) => Reading }[] = [
  {
    pattern: /^Could not resolve "(.*)"$/,
    read: ([, name = ''], importer) =>
      isBuiltin(name)
        ? { code: 'PACK005', what: `${importer} imports ${name}, a module of Node itself`, wayOut: adviceFor(name) }
        : {
            code: 'PACK004',
            what: `${importer} imports ${name}, which does not resolve`,
            wayOut: /^[./]/.test(name)
              ? 'Check the path. A generated module needs its .schema.json beside it.'
              : `Install it beside the extension: npm install ${name}`,
          },
  },
  {
    pattern: /^No matching export in "(.*)" for import "(.*)"$/,
    read: ([, module = '', name = '']) => ({
      code: 'PACK017',
      what: `${module} exports no ${name}`,
      wayOut: 'Check the name; write import type where it is a type.',
    }),
  },
  {
    pattern: /HTML single-line comment|^With statements|delete of a bare identifier|[Ll]egacy octal|in strict mode|strict mode|ECMAScript module/,
    read: (_found, _importer) => ({
      code: 'PACK011',
      what: '',
      wayOut: 'Extensions are strict code, and engines have to agree on how it reads. Write it another way.',
    }),
  },
  {
    pattern: /[Tt]op-level await/,
    read: () => ({
      code: 'PACK013',
      what: '',
      wayOut: 'Move the await into init, which may be async.',
    }),
  },
];

function reading(message: Message, importer: string): Reading {
  const detail = message.detail as RuleDetail | undefined;
  if (detail && message.pluginName !== '') return { code: detail.code, what: message.text, wayOut: detail.wayOut };
  for (const rule of RULES) {
    const match = message.text.match(rule.pattern);
    if (match) {
      const read = rule.read(match, importer);
      return { ...read, what: read.what === '' ? message.text : read.what };
    }
  }
  return { code: 'PACK003', what: message.text, wayOut: 'Correct the line; the caret shows where reading stopped.' };
}

/** The bundler counts columns in bytes from 0. */
function utf16Column(lineText: string, bytes: number): number {
  return Buffer.from(lineText).subarray(0, bytes).toString().length + 1;
}

/** The PackError for a failed bundle. `folder` is what the bundler's relative paths start from. */
export function asPackError(error: BuildFailure | Error, folder: string, entry: string): PackError {
  const message = 'errors' in error ? error.errors[0] : undefined;
  if (!message) {
    const what = `the bundler gave up: ${error.message.split('\n')[0] ?? ''}`;
    return new PackError({ code: 'PACK018', what, wayOut: 'Nest less deeply, or split the program.', file: entry });
  }
  const { location } = message;
  const importer = location?.file ?? entry;
  const fault: PackFault = {
    ...reading(message, importer),
    file: location ? resolve(folder, location.file) : entry,
    ...(location ? { line: location.line, column: utf16Column(location.lineText, location.column), lineText: location.lineText } : {}),
  };
  return new PackError(fault);
}
