/** What commands write: strings, bytes and numbers, chosen by a number. */
import { random } from './churn.js';

const POOL_BYTES = 200_000;
// What is written comes from here, and no byte of it is zero: what is read where nobody wrote it shows.
const draw = random(7);
export const POOL = Uint8Array.from({ length: POOL_BYTES }, () => 1 + Math.floor(draw() * 255));
const POOL_TEXT = Array.from({ length: POOL_BYTES }, () => 'abcdefghijklmnopqrstuvwxyzäß€漢'[Math.floor(draw() * 30)]).join('');
/** Lengths of strings and bytes: mostly short, seldom about a page or more. */
const LENGTHS = [0, 0, 1, 3, 7, 15, 31, 32, 33, 60, 100, 200, 480, 481, 1000, 2000];
const LARGE = [5000, 30_000, 32_736, 32_737, 70_000, 140_000];

function lengthFrom(choice: number): number {
  return choice % 50 === 0 ? LARGE[Math.floor(choice / 50) % LARGE.length] : LENGTHS[choice % LENGTHS.length];
}

export function bytesFrom(choice: number): Uint8Array {
  const start = choice % 1000;
  return POOL.subarray(start, start + lengthFrom(choice >> 3));
}

export function textFrom(choice: number): string {
  const start = choice % 1000;
  return POOL_TEXT.slice(start, start + lengthFrom(choice >> 4));
}

export function numbersFrom(choice: number): Uint16Array {
  return new Uint16Array(POOL.slice(0, (lengthFrom(choice >> 2) >> 1) * 2).buffer);
}
