#!/usr/bin/env node
/**
 * The `deciduous` command. Each verb is a file of its own, loaded when it is called.
 *
 * Exit codes: 0 fine, 1 what was asked for did not hold, 2 wrong use. Whatever happens, people get a sentence and never a stack trace.
 */
import { stripVTControlCharacters } from 'node:util';
import { type ArgDef, type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand } from 'citty';
import { complain, packageVersion, print, printJson, UsageError, verbMeta, type VerbMeta } from './verb.js';

const main = defineCommand({
  meta: verbMeta({
    name: 'deciduous',
    description: 'Loads untrusted extensions as isolated domains that fall off cleanly',
    examples: ['deciduous new my-host', 'deciduous idl check kv.idl'],
  }),
  subCommands: {
    new: () => import('./new.js').then((verb) => verb.default),
    run: () => import('./run.js').then((verb) => verb.default),
    idl: () => import('./idl.js').then((verb) => verb.default),
    keygen: () => import('./keygen.js').then((verb) => verb.default),
    build: () => import('./build.js').then((verb) => verb.default),
    sign: () => import('./sign.js').then((verb) => verb.default),
    verify: () => import('./verify.js').then((verb) => verb.default),
    inspect: () => import('./inspect.js').then((verb) => verb.default),
  },
});

interface Found {
  readonly command: CommandDef<ArgsDef>;
  /** The words before it: `deciduous idl`. */
  readonly parents: string;
  readonly rest: string[];
}

async function valueOf<T>(value: T | Promise<T> | (() => T) | (() => Promise<T>) | undefined): Promise<T | undefined> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}

async function metaOf(command: CommandDef<ArgsDef>): Promise<VerbMeta> {
  return (await valueOf(command.meta)) as VerbMeta;
}

/** The command that the first words name, as deep as they go. Throws a UsageError for a word that names none. */
async function find(command: CommandDef<ArgsDef>, words: readonly string[], parents: string): Promise<Found> {
  const subCommands = await valueOf(command.subCommands);
  const [word, ...rest] = words;
  if (!subCommands || word === undefined || word.startsWith('-')) return { command, parents, rest: [...words] };
  const path = `${parents} ${(await metaOf(command)).name}`.trim();
  const verbs = Object.keys(subCommands);
  if (!verbs.includes(word)) throw new UsageError(`there is no '${path} ${word}'; there is ${verbs.map((verb) => `'${path} ${verb}'`).join(', ')}`);
  const next = await valueOf(subCommands[word]);
  if (!next) throw new UsageError(`'${path} ${word}' cannot be loaded`);
  return find(next, rest, path);
}

async function help({ command, parents }: Found): Promise<string> {
  const { examples } = await metaOf(command);
  const usage = await renderUsage(command, parents === '' ? undefined : { meta: { name: parents } });
  return `${process.stdout.isTTY ? usage : stripVTControlCharacters(usage)}\n\nEXAMPLE${examples.length > 1 ? 'S' : ''}\n\n${examples.map((line) => `  ${line}\n`).join('')}`;
}

/** Throws a UsageError for an option that the command does not have, or one that lacks its value. */
async function refuseUnknownOptions(command: CommandDef<ArgsDef>, words: readonly string[]): Promise<void> {
  const args = (await valueOf(command.args)) ?? {};
  const byName = new Map<string, ArgDef>();
  for (const [name, arg] of Object.entries(args)) {
    if (arg.type === 'positional') continue;
    byName.set(`--${name}`, arg);
    for (const alias of 'alias' in arg ? [arg.alias ?? []].flat() : []) byName.set(`-${alias}`, arg);
  }
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '--') return;
    if (!word.startsWith('-') || word === '-') continue;
    const [name, value] = word.split(/=(.*)/s, 2);
    const positive = name.startsWith('--no-') ? `--${name.slice(5)}` : name;
    const arg = byName.get(name) ?? (byName.get(positive)?.type === 'boolean' ? byName.get(positive) : undefined);
    if (!arg) throw new UsageError(`there is no option ${name}; there is ${[...byName.keys(), '--help'].join(', ')}`);
    if (arg.type === 'boolean') {
      if (value !== undefined) throw new UsageError(`${name} takes no value`);
    } else if (value === undefined) {
      const next = words[index + 1];
      if (next === undefined || next === '' || next.startsWith('-')) throw new UsageError(`${name} needs a value: ${name} VALUE`);
      index++;
    } else if (value === '') throw new UsageError(`${name} needs a value: ${name}=VALUE`);
  }
}

/** Runs the command that `words` spell, and answers the exit code. */
async function run(words: readonly string[]): Promise<number> {
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
    print(packageVersion());
    return 0;
  }
  const found = await find(main, words, '');
  const options = found.rest.slice(0, found.rest.includes('--') ? found.rest.indexOf('--') : undefined);
  if (options.includes('--help') || options.includes('-h')) {
    process.stdout.write(await help(found));
    return 0;
  }
  if (!found.command.run) {
    process.stderr.write(await help(found));
    return 2;
  }
  await refuseUnknownOptions(found.command, found.rest);
  const { result } = await runCommand(found.command, { rawArgs: found.rest });
  return typeof result === 'number' ? result : 0;
}

// A reader that stops early, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
});

const given = process.argv.slice(2);
const givenOptions = given.slice(0, given.includes('--') ? given.indexOf('--') : undefined);

run(given).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    const wrongUse = error instanceof UsageError || (error instanceof Error && error.name === 'CLIError');
    // Who asked for an object gets one, whatever happens.
    if (givenOptions.includes('--json')) printJson({ ok: false, error: message });
    complain(`deciduous: ${message}${wrongUse ? '\nAdd --help to see how it is used.' : ''}`);
    process.exitCode = wrongUse ? 2 : 1;
  },
);
