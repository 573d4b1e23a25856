/** Quantities as people write them on a command line: `8M`, `15%`, `1e9`, `50`. Strict: what is not one of them is wrong use, with the forms that are. */
import { UsageError } from '../verb.js';

const SIZES: { readonly [suffix: string]: number } = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function refuse(option: string, text: string, forms: string): never {
  throw new UsageError(`--${option} takes ${forms}, not '${text}'`);
}

/** Bytes: `65536`, `64K`, `8M`, `1.5G`; powers of 1024. */
export function bytesOf(option: string, text: string): number {
  const [, digits, suffix] = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(text) ?? refuse(option, text, 'a size such as 65536, 64K, 8M or 1G');
  const bytes = Number(digits) * SIZES[suffix.toUpperCase()];
  return Number.isInteger(bytes) ? bytes : refuse(option, text, 'a size that is a whole number of bytes');
}

/** A part of one: `15%` or `0.15`. */
export function shareOf(option: string, text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? refuse(option, text, 'a part of one core such as 15% or 0.15');
  const share = percent === '' ? Number(digits) : Number(digits) / 100;
  return share > 0 && share <= 1 ? share : refuse(option, text, 'more than 0 and at most 100% of one core: 15 per cent are 15% or 0.15');
}

/** A whole number: `1024`, `1e9`. */
export function countOf(option: string, text: string): number {
  const count = /^\d+(?:\.\d+)?(?:e\+?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : refuse(option, text, 'a whole number such as 1024 or 1e9');
}

/** A number that may have a fraction: `50`, `0.5`. */
export function numberOf(option: string, text: string): number {
  return /^\d+(?:\.\d+)?(?:e\+?\d+)?$/i.test(text) ? Number(text) : refuse(option, text, 'a number such as 50 or 0.5');
}
