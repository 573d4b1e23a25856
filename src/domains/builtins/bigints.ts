/** The functions that make BigInts of anything, bounded as operators are by the build. Their methods cannot make a larger one. */
import { LARGE_BIGINT_BITS, MOST_BIGINT_BITS } from '../../abi/bigint-bound.js';
import { noteLargeBigInt, replace } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply } = Reflect;
const Native = BigInt;
const { asIntN, asUintN } = Native;
const most = 1n << Native(MOST_BIGINT_BITS);
const least = -most;
const large = 1n << Native(LARGE_BIGINT_BITS);
const isObject = (value: unknown): boolean => (typeof value === 'object' && value !== null) || typeof value === 'function';

function tooLarge(): never {
  throw new RangeError('Maximum BigInt size exceeded');
}

function bounded(value: bigint): bigint {
  if (value > large || value < -large) {
    if (value > most || value < least) tooLarge();
    noteLargeBigInt();
  }
  return value;
}

/** What the language makes of `value` where it asks for a number, once. Text that no domain may turn into a BigInt is refused before it is read: in the shortest notation that is two digits for each bit too many. */
function primitive(value: Any): Any {
  const made: Any = isObject(value) ? primitiveOf(value) : value;
  if (typeof made === 'string' && made.length > MOST_BIGINT_BITS + 2) tooLarge();
  return made;
}

function primitiveOf(value: Any): unknown {
  const exotic = value[Symbol.toPrimitive];
  // V8 says best what is wrong with it.
  if (exotic !== undefined && exotic !== null && typeof exotic !== 'function') return value;
  const made = exotic === undefined || exotic === null ? ordinary(value) : apply(exotic, value, ['number']);
  if (isObject(made)) throw new TypeError('Cannot convert object to primitive value');
  return made;
}

function ordinary(value: Any): unknown {
  for (const name of ['valueOf', 'toString']) {
    const method = value[name];
    if (typeof method !== 'function') continue;
    const made: unknown = apply(method, value, []);
    if (!isObject(made)) return made;
  }
  return value;
}

replace(Native, {
  asIntN(bits: Any, value: Any) {
    const width = +bits;
    return bounded(apply(asIntN, Native, [width, primitive(value)]) as bigint);
  },
  /** What is below nothing becomes as wide as it is told. */
  asUintN(bits: Any, value: Any) {
    const width = +bits;
    const given: unknown = primitive(value);
    if (!(width > MOST_BIGINT_BITS)) return bounded(apply(asUintN, Native, [width, given]) as bigint);
    const whole = apply(asIntN, Native, [width, given]) as bigint;
    return whole < 0n ? tooLarge() : bounded(whole);
  },
});

const { guarded } = {
  guarded(value: Any) {
    return bounded(Native(primitive(value)));
  },
};
Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(Native) as PropertyDescriptorMap);
Object.defineProperty(Native.prototype, 'constructor', { ...Object.getOwnPropertyDescriptor(Native.prototype, 'constructor'), value: guarded });
replace(globalThis, { BigInt: guarded });
