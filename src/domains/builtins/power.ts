/**
 * x to the power of y from additions and multiplications alone, which IEEE 754 rounds the same everywhere. V8's own `pow` and `**` are not the same in all its versions; its other functions are (docs/fuel.md).
 *
 *   x = m * 2**e,  ln m = 2 artanh((m - 1) / (m + 1)) as a series,  x**y = exp(y ln x),  exp r = (exp(r / 256))**256 by a series
 *
 * A number in between is a sum of two doubles, some 100 bits, so the result is the nearest double but in rare ties.
 */

/** A leading double, and what it lacks, less than half of its last place. */
type Pair = readonly [number, number];

const { isInteger } = Number;
const { abs, round, SQRT2, LN2 } = Math;

/** Veltkamp's constant: halves a double into two of 26 bits. */
const SPLITTER = 134_217_729;
const LN_2: Pair = [LN2, 2.3190468138462996e-17];
/** The series' terms: what is left out is below 2**-100 of the result. */
const LOG_TERMS = 21;
const EXP_TERMS = 11;
const HALVINGS = 8;
const PARTS = 256;
/** Beyond these e ** x is Infinity or 0. */
const GREATEST_LOG = 710;
const LEAST_LOG = -746;

function sum(a: number, b: number): Pair {
  const whole = a + b;
  const part = whole - a;
  return [whole, a - (whole - part) + (b - part)];
}

function product(a: number, b: number): Pair {
  const whole = a * b;
  const [aWide, bWide] = [SPLITTER * a, SPLITTER * b];
  const [aHigh, bHigh] = [aWide - (aWide - a), bWide - (bWide - b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [whole, aHigh * bHigh - whole + aHigh * bLow + aLow * bHigh + aLow * bLow];
}

function add(a: Pair, b: Pair): Pair {
  const [high, rest] = sum(a[0], b[0]);
  const [low, last] = sum(a[1], b[1]);
  const [whole, part] = sum(high, rest + low);
  return sum(whole, part + last);
}

function times(a: Pair, b: Pair): Pair {
  const [whole, rest] = product(a[0], b[0]);
  return sum(whole, rest + (a[0] * b[1] + a[1] * b[0]));
}

function over(a: Pair, b: Pair): Pair {
  const first = a[0] / b[0];
  const rest = add(a, times(b, [-first, 0]));
  const second = rest[0] / b[0];
  const last = add(rest, times(b, [-second, 0]));
  return add(sum(first, second), [last[0] / b[0], 0]);
}

const ODD_RECIPROCALS = Array.from({ length: LOG_TERMS }, (_, n) => over([1, 0], [2 * n + 1, 0]));
const RECIPROCALS = Array.from({ length: EXP_TERMS + 1 }, (_, n) => over([1, 0], [n || 1, 0]));
const word = new DataView(new ArrayBuffer(8));

/** 2 ** exponent, from -1022 to 1023. */
function powerOfTwo(exponent: number): number {
  word.setUint32(0, (exponent + 1023) << 20);
  word.setUint32(4, 0);
  return word.getFloat64(0);
}

/** The natural logarithm of what is greater than 0 and finite. */
function logarithm(x: number): Pair {
  const isTiny = x < powerOfTwo(-1022);
  word.setFloat64(0, isTiny ? x * powerOfTwo(54) : x);
  let exponent = (word.getUint32(0) >>> 20) - 1023;
  let m = isTiny ? x * powerOfTwo(54) * powerOfTwo(-exponent) : x * powerOfTwo(exponent > 1022 ? -1022 : -exponent) * (exponent > 1022 ? 0.5 : 1);
  if (isTiny) exponent -= 54;
  if (m > SQRT2) {
    m /= 2;
    exponent++;
  }
  const s = over([m - 1, 0], sum(m, 1));
  const z = times(s, s);
  let series: Pair = ODD_RECIPROCALS[LOG_TERMS - 1];
  for (let n = LOG_TERMS - 2; n >= 0; n--) series = add(times(series, z), ODD_RECIPROCALS[n]);
  return add(times([exponent, 0], LN_2), times([2 * s[0], 2 * s[1]], series));
}

/** e to the power of what lies between LEAST_LOG and GREATEST_LOG. */
function exponential(t: Pair): number {
  const exponent = round(t[0] / LN2);
  const r = add(t, times([-exponent, 0], LN_2));
  const part: Pair = [r[0] / PARTS, r[1] / PARTS];
  // Less 1, which keeps the bits that 1 would push out.
  let less: Pair = [0, 0];
  for (let n = EXP_TERMS; n >= 1; n--) less = times(times(add(less, [1, 0]), part), RECIPROCALS[n]);
  for (let n = 0; n < HALVINGS; n++) less = add([2 * less[0], 2 * less[1]], times(less, less));
  const [value] = add([1, 0], less);
  if (exponent > 1023) return value * powerOfTwo(1023) * powerOfTwo(exponent - 1023);
  return exponent < -1021 ? value * powerOfTwo(exponent + 100) * powerOfTwo(-100) : value * powerOfTwo(exponent);
}

/** As `x ** y` of two numbers. */
export function power(x: number, y: number): number {
  if (y === 0) return 1;
  if (x !== x || y !== y) return Number.NaN;
  const size = abs(x);
  const isOdd = isInteger(y) && y % 2 !== 0;
  const sign = isOdd && (x < 0 || Object.is(x, -0)) ? -1 : 1;
  if (abs(y) === Infinity) return size === 1 ? Number.NaN : size > 1 === y > 0 ? Infinity : 0;
  if (size === Infinity || size === 0) return sign * ((size === 0) === y > 0 ? 0 : Infinity);
  if (x < 0 && !isInteger(y)) return Number.NaN;
  if (size === 1) return sign;
  // What is asked for most often is one rounding.
  if (y === 2) return size * size;
  const log = logarithm(size);
  const estimate = log[0] * y;
  if (estimate > GREATEST_LOG) return sign * Infinity;
  if (estimate < LEAST_LOG) return sign < 0 ? -0 : 0;
  return sign * exponential(times(log, [y, 0]));
}
