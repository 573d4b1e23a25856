/** Annotations: which there are, where they apply, and what they take. */
import { isDeadline, LATEST_VERSION } from '../abi/schema.js';
import type { Reporter } from './diagnostic.js';
import { type Fix, removal, replacement } from './fix.js';
import type { Annotation } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import type { RuleName } from './rules.js';
import { onlySimilarName } from './similar-name.js';
import { spanOf, textOf } from './syntax-places.js';

export type Annotated = 'struct' | 'field' | 'enum' | 'variant' | 'interface' | 'method' | 'const';

/** What the annotations before a declaration say. */
export interface Applied {
  recoverable?: true;
  noForward?: true;
  idempotent?: true;
  async?: true;
  deadline?: number;
  since?: number;
}

interface Kind {
  readonly places: readonly Annotated[];
  /** How it is written. */
  readonly usage: string;
  /** What it says, in a sentence without its full stop. */
  readonly meaning: string;
  /** What its one argument means; absent where it takes none. */
  readonly argument?: { readonly rule: RuleName; read(text: string): number | undefined; readonly wanted: string };
}

const UNITS: { readonly [unit: string]: number | undefined } = { ms: 1, s: 1000 };

/** Milliseconds, for a number with the unit `ms` or `s`; undefined for anything else. */
function durationMs(text: string): number | undefined {
  const [, digits, unit] = /^([0-9][0-9_]*(?:\.[0-9][0-9_]*)?)\s*([a-z]+)$/.exec(text) ?? [];
  const scale = unit === undefined || !Object.hasOwn(UNITS, unit) ? undefined : UNITS[unit];
  if (scale === undefined) return undefined;
  // Millionths of the unit, so that 0.3s is 300 ms and not what is left of three tenths.
  const value = Math.round(Number(digits.replaceAll('_', '')) * 1e6 * scale) / 1e6;
  return isDeadline(value) ? value : undefined;
}

function version(text: string): number | undefined {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= LATEST_VERSION ? value : undefined;
}

const KNOWN: { readonly [name in keyof Applied]-?: Kind } = {
  recoverable: {
    places: ['interface'],
    usage: '@recoverable',
    meaning: 'Every method may be issued again after a crash: each `RRef` argument is lent, and no interface reference passes',
  },
  noForward: { places: ['interface'], usage: '@noForward', meaning: 'Whoever is given a reference may call it, and only its provider may pass it on' },
  idempotent: { places: ['method'], usage: '@idempotent', meaning: 'Doing it twice is doing it once, so it may be issued again after a crash' },
  async: { places: ['method'], usage: '@async', meaning: 'It would block its caller for too long: the proxy has it on `async` alone' },
  deadline: {
    places: ['method', 'interface'],
    usage: '@deadline(50ms)',
    meaning: 'A caller waits no longer, and then has `TimedOut`; it may ask for less',
    argument: { rule: 'duration', read: durationMs, wanted: 'write a number with its unit, from 1ms to 86400s: @deadline(50ms), @deadline(1.5s)' },
  },
  since: {
    places: ['method'],
    usage: '@since(2)',
    meaning: 'The version of the interface that brought the method',
    argument: { rule: 'since', read: version, wanted: `write the number of a version, from 1 to ${LATEST_VERSION}: @since(2)` },
  },
};

/** Each annotation by name: how it is written, where, and what it says. For editors. */
export const ANNOTATIONS: ReadonlyMap<string, { readonly written: string; readonly places: readonly Annotated[]; readonly text: string }> = new Map(
  Object.entries(KNOWN).map(([name, { usage, places, meaning }]) => [name, { written: usage, places, text: meaning }]),
);

function isKnown(name: string): name is keyof Applied {
  return Object.hasOwn(KNOWN, name);
}

/** Answers what the annotations that apply say. */
export function checkAnnotations(module: Module, annotations: readonly Annotation[], on: Annotated, reporter: Reporter): Applied {
  const applied: Applied = {};
  for (const annotation of annotations) {
    const { name } = annotation;
    if (!name) continue;
    const span = spanOf(module.file, annotation);
    const refuse = (message: string, wayOut: string, fix?: Fix): void => reporter.report(span, 'annotation', message, wayOut, fix);
    if (!isKnown(name)) {
      const all = Object.values(KNOWN).map(({ usage }) => usage);
      const meant = onlySimilarName(name, Object.keys(KNOWN));
      const fix = meant === undefined ? undefined : replacement(spanOf(module.file, annotation, 'name'), meant, `Write @${meant}`);
      refuse(`there is no annotation \`@${name}\``, `remove it; there are ${all.join(', ')}`, fix);
      continue;
    }
    const { places, usage, argument } = KNOWN[name];
    const given = annotation.arguments.length;
    if (!places.includes(on)) refuse(`\`@${name}\` does not apply to a ${on}`, `write it before ${places.map((place) => ARTICLE[place]).join(' or ')}`);
    else if (name in applied) refuse(`\`@${name}\` is there already`, 'remove one of the two', removal(span, `Remove the second @${name}`));
    else if (!argument && given > 0) refuse(`\`@${name}\` takes no arguments`, `write ${usage}`, replacement(span, usage));
    else if (argument && given !== 1) refuse(`\`@${name}\` takes one argument, not ${given === 0 ? 'none' : given}`, `write ${usage}`);
    else if (!argument) Object.assign(applied, { [name]: true });
    else {
      const text = textOf(annotation, 'arguments', 0) ?? '';
      const value = argument.read(text);
      if (value !== undefined) Object.assign(applied, { [name]: value });
      else reporter.report(spanOf(module.file, annotation, 'arguments', 0), argument.rule, `\`${text}\` ${WRONG[argument.rule]}`, argument.wanted);
    }
  }
  return applied;
}

const ARTICLE: { readonly [place in Annotated]: string } = {
  struct: 'a struct',
  field: 'a field',
  enum: 'an enum',
  variant: 'a variant',
  interface: 'an interface',
  method: 'a method',
  const: 'a const',
};

const WRONG: { readonly [rule in RuleName]?: string } = { duration: 'is no time that a call may take', since: 'is no version' };
