/**
 * What was decided about everything in the language that a domain can reach. A key that is not here fails the test: with a new version of Node somebody decides. `?` marks what some versions lack.
 *
 * | decision | why it is safe |
 * |---|---|
 * | bounded | what it is given is refused where it is larger than V8 takes in a bounded time ([pattern-bound.ts](../../src/abi/pattern-bound.ts)) |
 * | quick | its work and what it allocates are in proportion to what exists and was paid for, with a small factor; or it is data, or leads to something that has its own row |
 * | steps | walks a length that may only be claimed: replaced, goes in steps that can be ended ([array-steps.ts](../../src/domains/builtins/array-steps.ts)) |
 * | charged | what it will allocate is known, and counts for the quota before it is called |
 * | settled | what it has allocated is looked at as soon as it has answered, and text that it has put together counts with its whole length, read or not; V8 makes no text of more than 2 ** 29 characters |
 * | stopped | V8 itself looks between its steps whether it is to stop, and so the watchdog ends it |
 * | open | one call may still run for seconds, or allocate hundreds of megabytes, before anybody can look: docs/threat-model.md says so |
 */
type Decision = 'bounded' | 'quick' | 'steps' | 'charged' | 'settled' | 'stopped' | 'open';

export const DECISIONS: { readonly [holder: string]: { readonly [decision in Decision]?: string } } = {
  globals: {
    bounded: 'RegExp',
    charged:
      'ArrayBuffer BigInt BigInt64Array BigUint64Array Float16Array? Float32Array Float64Array Int16Array Int32Array Int8Array Uint16Array Uint32Array Uint8Array Uint8ClampedArray',
    stopped: 'AggregateError Map Set WeakMap WeakSet',
    open: 'Array escape unescape',
    quick:
      'Boolean DataView Date Error EvalError Function Infinity Iterator? JSON Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect String Symbol SyntaxError TypeError URIError decodeURI decodeURIComponent encodeURI encodeURIComponent isFinite isNaN parseFloat parseInt undefined',
  },
  Object: {
    quick:
      '@@harden defineProperty freeze getOwnPropertyDescriptor getOwnPropertySymbols getPrototypeOf hasOwn is isExtensible preventExtensions prototype setPrototypeOf',
    charged: 'assign create defineProperties entries getOwnPropertyDescriptors getOwnPropertyNames isFrozen isSealed keys seal values',
    stopped: 'fromEntries groupBy?',
  },
  Function: { quick: 'prototype' },
  Array: { quick: '@@species isArray of prototype', steps: 'from', stopped: 'fromAsync?' },
  Boolean: { quick: 'prototype' },
  Number: {
    quick:
      'EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger parseFloat parseInt prototype',
  },
  BigInt: { charged: 'asIntN asUintN', quick: 'prototype' },
  String: { quick: 'fromCharCode fromCodePoint prototype', steps: 'raw' },
  Symbol: {
    quick:
      'asyncDispose asyncIterator dispose for hasInstance isConcatSpreadable iterator keyFor match matchAll prototype replace search species split toPrimitive toStringTag unscopables',
  },
  Math: {
    quick:
      '@@toStringTag E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 f16round? floor fround hypot imul log log10 log1p log2 max min pow random round sign sin sinh sqrt tan tanh trunc',
  },
  JSON: { quick: '@@toStringTag isRawJSON? rawJSON?', charged: 'parse', settled: 'stringify' },
  Reflect: {
    quick: '@@toStringTag defineProperty deleteProperty get getOwnPropertyDescriptor getPrototypeOf has isExtensible preventExtensions set setPrototypeOf',
    charged: 'ownKeys',
    steps: 'apply construct',
  },
  Proxy: { quick: 'revocable' },
  Promise: { quick: '@@species prototype reject resolve try? withResolvers?', stopped: 'all allSettled any race' },
  RegExp: { quick: '@@species prototype' },
  Date: { quick: 'UTC now parse prototype' },
  Map: { quick: '@@species prototype', stopped: 'groupBy?' },
  Set: { quick: '@@species prototype' },
  WeakMap: { quick: 'prototype' },
  WeakSet: { quick: 'prototype' },
  Error: { quick: 'captureStackTrace prepareStackTrace prototype stackTraceLimit' },
  AggregateError: { quick: 'prototype' },
  EvalError: { quick: 'prototype' },
  RangeError: { quick: 'prototype' },
  ReferenceError: { quick: 'prototype' },
  SyntaxError: { quick: 'prototype' },
  TypeError: { quick: 'prototype' },
  URIError: { quick: 'prototype' },
  ArrayBuffer: { quick: '@@species isView prototype' },
  DataView: { quick: 'prototype' },
  Int8Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  Uint8Array: { quick: 'BYTES_PER_ELEMENT fromBase64? fromHex? prototype' },
  Uint8ClampedArray: { quick: 'BYTES_PER_ELEMENT prototype' },
  Int16Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  Uint16Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  Int32Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  Uint32Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  Float32Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  Float64Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  BigInt64Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  BigUint64Array: { quick: 'BYTES_PER_ELEMENT prototype' },
  '(function*)': { quick: '@@toStringTag constructor prototype' },
  '(async function)': { quick: '@@toStringTag constructor' },
  '(async function*)': { quick: '@@toStringTag constructor prototype' },
  '(array iterator)': { quick: '@@toStringTag next' },
  '(string iterator)': { quick: '@@toStringTag next' },
  '(map iterator)': { quick: '@@toStringTag next' },
  '(set iterator)': { quick: '@@toStringTag next' },
  '(matchAll iterator)': { quick: '@@toStringTag', stopped: 'next' },
  '(regular expression)': {
    steps: '@@match @@replace @@split',
    stopped: '@@matchAll @@search',
    open: 'exec test',
    quick: 'constructor dotAll flags global hasIndices ignoreCase multiline source sticky unicode unicodeSets',
    settled: 'toString',
  },
  'Object.prototype': {
    quick:
      '__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString valueOf',
    settled: 'toString',
  },
  '[[prototype]] of Object': { quick: '@@hasInstance bind call constructor toString', steps: 'apply' },
  'Array.prototype': {
    quick: '@@iterator @@unscopables at constructor entries keys length pop push toString values',
    charged: 'concat filter join map slice toReversed toSorted toSpliced with',
    steps:
      'copyWithin every fill find findIndex findLast findLastIndex flat flatMap forEach includes indexOf lastIndexOf reduce reduceRight reverse shift some sort splice unshift',
    settled: 'toLocaleString',
  },
  'Boolean.prototype': { quick: 'constructor toString valueOf' },
  'Number.prototype': { quick: 'constructor toExponential toFixed toLocaleString toPrecision toString valueOf' },
  'BigInt.prototype': { quick: '@@toStringTag constructor valueOf', stopped: 'toLocaleString toString' },
  'String.prototype': {
    quick: '@@iterator at charAt charCodeAt codePointAt constructor endsWith isWellFormed length localeCompare startsWith toString valueOf',
    bounded: 'match matchAll search',
    steps: 'includes indexOf lastIndexOf',
    settled:
      'anchor big blink bold concat fixed fontcolor fontsize italics link normalize replace slice small strike sub substr substring sup toLocaleLowerCase toLocaleUpperCase toLowerCase toUpperCase toWellFormed trim trimEnd trimLeft trimRight trimStart',
    charged: 'padEnd padStart repeat replaceAll split',
  },
  'Symbol.prototype': { quick: '@@toPrimitive @@toStringTag constructor description valueOf', settled: 'toString' },
  'Promise.prototype': { quick: '@@toStringTag catch constructor finally then' },
  'Date.prototype': {
    quick:
      '@@toPrimitive constructor getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds getYear setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds setYear toDateString toGMTString toISOString toJSON toLocaleDateString toLocaleString toLocaleTimeString toString toTemporalInstant? toTimeString toUTCString valueOf',
  },
  'Map.prototype': {
    quick: '@@iterator @@toStringTag clear constructor delete entries forEach get getOrInsert? getOrInsertComputed? has keys set size values',
  },
  'Set.prototype': {
    quick: '@@iterator @@toStringTag add clear constructor delete entries forEach has keys size values',
    stopped: 'difference? intersection? isDisjointFrom? isSubsetOf? isSupersetOf? symmetricDifference? union?',
  },
  'WeakMap.prototype': { quick: '@@toStringTag constructor delete get getOrInsert? getOrInsertComputed? has set' },
  'WeakSet.prototype': { quick: '@@toStringTag add constructor delete has' },
  'Error.prototype': { quick: 'constructor message name', settled: 'toString' },
  'AggregateError.prototype': { quick: 'constructor message name' },
  '[[prototype]] of AggregateError': { quick: 'captureStackTrace prepareStackTrace prototype stackTraceLimit' },
  'EvalError.prototype': { quick: 'constructor message name' },
  'RangeError.prototype': { quick: 'constructor message name' },
  'ReferenceError.prototype': { quick: 'constructor message name' },
  'SyntaxError.prototype': { quick: 'constructor message name' },
  'TypeError.prototype': { quick: 'constructor message name' },
  'URIError.prototype': { quick: 'constructor message name' },
  'ArrayBuffer.prototype': {
    quick:
      '@@toStringTag byteLength constructor detached immutable maxByteLength resizable resize slice sliceToImmutable transfer transferToFixedLength transferToImmutable',
  },
  'DataView.prototype': {
    quick:
      '@@toStringTag buffer byteLength byteOffset constructor getBigInt64 getBigUint64 getFloat16? getFloat32 getFloat64 getInt16 getInt32 getInt8 getUint16 getUint32 getUint8 setBigInt64 setBigUint64 setFloat16? setFloat32 setFloat64 setInt16 setInt32 setInt8 setUint16 setUint32 setUint8',
  },
  'Int8Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  '[[prototype]] of Int8Array': { quick: '@@species of prototype', steps: 'from' },
  'Uint8Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor setFromBase64? setFromHex? toBase64? toHex?' },
  'Uint8ClampedArray.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'Int16Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'Uint16Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'Int32Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'Uint32Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'Float32Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'Float64Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'BigInt64Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  'BigUint64Array.prototype': { quick: 'BYTES_PER_ELEMENT constructor' },
  '(function*).prototype': { quick: '@@toStringTag constructor next return throw' },
  '(function*).constructor': { quick: 'prototype' },
  '(async function).constructor': { quick: 'prototype' },
  '(async function*).prototype': { quick: '@@toStringTag constructor next return throw' },
  '(async function*).constructor': { quick: 'prototype' },
  '[[prototype]] of (array iterator)': { quick: '@@iterator?' },
  '(regular expression).constructor': { quick: '@@species prototype' },
  'Array.prototype.@@unscopables': {
    quick: 'at copyWithin entries fill find findIndex findLast findLastIndex flat flatMap includes keys toReversed toSorted toSpliced values',
  },
  'Symbol.prototype.constructor': {
    quick:
      'asyncDispose asyncIterator dispose for hasInstance isConcatSpreadable iterator keyFor match matchAll prototype replace search species split toPrimitive toStringTag unscopables',
  },
  'Date.prototype.constructor': { quick: 'UTC now parse prototype' },
  '[[prototype]] of Int8Array.prototype': {
    quick:
      '@@iterator @@toStringTag at buffer byteLength byteOffset constructor copyWithin entries fill includes indexOf keys lastIndexOf length reverse slice subarray toLocaleString toString values',
    charged: 'toReversed toSorted with',
    steps: 'every filter find findIndex findLast findLastIndex forEach join map reduce reduceRight set some sort',
  },
  '[[prototype]] of (function*).constructor': { quick: 'prototype' },
  '[[prototype]] of (async function*).prototype': { quick: '@@asyncIterator' },
  Iterator: { stopped: 'concat? from?', quick: 'prototype?' },
  '(wrapped iterator)': { stopped: 'next? return?' },
  '(iterator helper)': { quick: '@@toStringTag?', stopped: 'next? return?' },
  'Iterator.prototype': {
    quick: '@@iterator? @@toStringTag? constructor?',
    stopped: 'drop? every? filter? find? flatMap? forEach? map? reduce? some? take? toArray?',
  },
  Float16Array: { quick: 'BYTES_PER_ELEMENT? prototype?' },
  'Float16Array.prototype': { quick: 'BYTES_PER_ELEMENT? constructor?' },
};
