/** Differences in words. Names and types may come from somebody who is not trusted, and of any length: what is said of them is bounded, and says where two long texts part. */
import type { Difference } from './differences.js';

/** How the two sides are called: "in what is provided". */
export interface Sides {
  readonly before: string;
  readonly after: string;
}

const LONGEST_TYPE = 100;
const LONGEST_NAME = 256;
const BEFORE_THE_PART = 40;

function named(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}...`;
}

/** Both texts, or where one is long a piece of each around the first character that differs. */
function parted(before: string, after: string): [string, string] {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  const from = Math.max(0, at - BEFORE_THE_PART);
  const piece = (text: string): string => {
    if (text.length <= LONGEST_TYPE) return text;
    const end = from + LONGEST_TYPE;
    return `${from > 0 ? '...' : ''}${text.slice(from, end)}${end < text.length ? '...' : ''}`;
  };
  return [piece(before), piece(after)];
}

const counted = (count: string): string => `${count} ${count === '1' ? 'argument' : 'arguments'}`;

/** One sentence without its full stop. */
export function sentence(difference: Difference, sides: Sides): string {
  const { kind, part } = difference;
  const of = named(difference.of);
  const member = named(difference.member ?? '');
  const [before, after] = parted(difference.before, difference.after);
  const what = (/^(method|field|variant)-/.exec(kind) ?? ['', 'method'])[1];
  const changed = (subject: string, verb = 'is'): string =>
    `${subject} ${verb} ${before || 'nothing'} ${sides.before} and ${after || 'nothing'} ${sides.after}`;
  switch (kind) {
    case 'definition-kind':
      return `${of} is ${before === 'struct' ? 'a' : 'an'} ${before} ${sides.before} and ${after === 'struct' ? 'a' : 'an'} ${after} ${sides.after}`;
    case 'no-forward-added':
      return `${of} is @noForward ${sides.after} and not ${sides.before}`;
    case 'no-forward-removed':
      return `${of} is @noForward ${sides.before} and not ${sides.after}`;
    case 'method-added':
    case 'field-added':
    case 'variant-added':
      return `${of} has a ${what} \`${member}\` ${sides.after} and none of that name ${sides.before}`;
    case 'method-removed':
    case 'field-removed':
    case 'variant-removed':
      return `${of} has a ${what} \`${member}\` ${sides.before} and none of that name ${sides.after}`;
    case 'method-renamed':
    case 'field-renamed':
    case 'variant-renamed':
      return `a ${what} of ${of} is called \`${named(before)}\` ${sides.before} and \`${named(after)}\` ${sides.after}`;
    case 'method-inserted':
      return before === ''
        ? `${of} has a method \`${member}\` ${sides.after}, before some that it has on both sides`
        : `method ${after} of ${of} is \`${named(before)}\` ${sides.before} and \`${member}\` ${sides.after}`;
    case 'method-reordered':
    case 'field-reordered':
    case 'variant-reordered':
      return `\`${member}\` is ${what} ${before} of ${of} ${sides.before} and ${what} ${after} ${sides.after}`;
    case 'parameter-added':
    case 'parameter-removed':
      return `${of}.${member} takes ${counted(before)} ${sides.before} and ${counted(after)} ${sides.after}`;
    case 'variant-payload':
    case 'enum-payloads':
      return changed(`${of}.${member}`, 'holds');
    default:
      if (part === 'result') return changed(`the result of ${of}.${member}`);
      return changed(part === undefined ? `${of}.${member}` : `argument ${part + 1} of ${of}.${member}`);
  }
}
