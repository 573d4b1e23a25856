/** What ECMA-262 calls abstract operations, of those that its methods of regular expressions are written in (22.1.3, 22.2.7). Each step of a walk is counted. */
import { patternExcess } from '../../abi/pattern-bound.js';
import { integer } from './array-operations.js';
import { tick } from './taming.js';

/* oxlint-disable typescript/no-explicit-any -- these run over whatever an extension hands them */
type Any = any;

const { apply, getPrototypeOf, ownKeys } = Reflect;
const { prototype } = RegExp;
const { exec: execNatively } = prototype;
const { species } = Symbol;

export const regExpObject = (value: unknown): Any => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
    throw new TypeError('RegExp.prototype method called on incompatible receiver');
  return value;
};

/** Throws the SyntaxError of a pattern that V8 would not survive. */
export function bounded(pattern: string): string {
  const excess = patternExcess(pattern);
  if (excess !== undefined) throw new SyntaxError(`Invalid regular expression: Regular expression too large: ${excess}`);
  return pattern;
}

const getters = ['global', 'unicode', 'unicodeSets'].map((name) => Object.getOwnPropertyDescriptor(prototype, name)?.get as () => boolean);
const [isGlobal, isUnicode, isUnicodeSets] = getters as [() => boolean, () => boolean, () => boolean];

/** Whether it is a regular expression on which nobody has put anything: all that is asked of it is answered by the engine. */
export function isPristine(rx: Any): boolean {
  try {
    // The quickest of what the engine answers for its own regular expressions alone, and no proxy of theirs.
    apply(isGlobal, rx, []);
  } catch {
    return false;
  }
  return getPrototypeOf(rx) === prototype && ownKeys(rx).length === 1;
}

/** Earlier versions of the engine ask for single flags, those since ES2023 for all of them at once. */
let asksForAll = false;
prototype[Symbol.match].call(
  {
    exec: () => null,
    get flags() {
      asksForAll = true;
      return '';
    },
  } as Any,
  '',
);

let replacingAsksForAll = false;
const probe: Any = {
  exec: () => null,
  get flags() {
    replacingAsksForAll = true;
    return '';
  },
};
(prototype as Any)[Symbol.replace].call(probe, '', '');

/** `g` for a search that is global, `gu` for one that goes by whole characters. */
export function modeOf(rx: Any, asksForSets: boolean): '' | 'g' | 'gu' {
  if (isPristine(rx)) return apply(isGlobal, rx, []) ? (apply(isUnicode, rx, []) || apply(isUnicodeSets, rx, []) ? 'gu' : 'g') : '';
  if (!(asksForSets ? asksForAll : replacingAsksForAll)) return rx.global ? (rx.unicode || (asksForSets && rx.unicodeSets) ? 'gu' : 'g') : '';
  const flags = `${rx.flags}`;
  return flags.includes('g') ? (/[uv]/.test(flags) ? 'gu' : 'g') : '';
}

export const execute = (rx: Any, text: string): Any => {
  const { exec } = rx;
  if (exec === execNatively || typeof exec !== 'function') return apply(execNatively, rx, [text]);
  const result: Any = apply(exec, rx, [text]);
  if (result !== null && typeof result !== 'object' && typeof result !== 'function') throw new TypeError('object null or function expected');
  return result;
};

export const toLength = (value: Any): number => Math.min(Math.max(integer(value), 0), Number.MAX_SAFE_INTEGER);

/** The index after this one, or after both halves of a character that has two. */
export function advance(text: string, index: number, isUnicode: boolean): number {
  return index + (isUnicode && index + 1 < text.length && (text.codePointAt(index) as number) > 0xffff ? 2 : 1);
}

export function speciesOf(o: Any, usual: Any): Any {
  const made = o.constructor;
  if (made === undefined) return usual;
  return regExpObject(made)[species] ?? usual;
}

const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';

export interface Match {
  readonly matched: string;
  readonly text: string;
  readonly position: number;
  readonly captures: readonly (string | undefined)[];
  readonly named: Any;
}

/** GetSubstitution: what the template stands for at one match, a step for each `$`. */
export function substitute(template: string, { matched, text, position, captures, named }: Match): string {
  let made = '';
  let at = 0;
  for (let dollar = template.indexOf('$'); dollar >= 0 && dollar + 1 < template.length; dollar = template.indexOf('$', at)) {
    tick();
    made += template.slice(at, dollar);
    const next = template[dollar + 1] as string;
    at = dollar + 2;
    if (next === '$') made += '$';
    else if (next === '&') made += matched;
    else if (next === '`') made += text.slice(0, position);
    else if (next === "'") made += text.slice(Math.min(position + matched.length, text.length));
    else if (isDigit(next)) {
      const second = template[at];
      const both = isDigit(second) ? Number(next + second) : 0;
      const number = both >= 1 && both <= captures.length ? both : Number(next);
      if (number === both) at++;
      made += number >= 1 && number <= captures.length ? (captures[number - 1] ?? '') : template.slice(dollar, at);
    } else if (next === '<' && named !== undefined) {
      const end = template.indexOf('>', at);
      if (end < 0) made += '$<';
      else {
        const captured = named[template.slice(at, end)];
        made += captured === undefined ? '' : `${captured}`;
        at = end + 1;
      }
    } else {
      made += '$';
      at = dollar + 1;
    }
  }
  return made === '' && at === 0 ? template : made + template.slice(at);
}
