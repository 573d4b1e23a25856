/**
 * The globals that an extension has. Everything else that SES or Node puts into a compartment is deleted: a name that is not here does not exist. What is deliberately absent: eval,
 * a Function that compiles, Compartment, lockdown, process, require, WebAssembly, SharedArrayBuffer, Atomics, WeakRef, FinalizationRegistry, and every Node object.
 */
export const GLOBAL_NAMES: ReadonlySet<string> = new Set([
  'globalThis', 'undefined', 'NaN', 'Infinity',
  'Object', 'Function', 'Array', 'Boolean', 'Number', 'BigInt', 'String', 'Symbol', 'Math', 'JSON', 'Reflect', 'Proxy', 'Promise', 'RegExp', 'Date',
  'Map', 'Set', 'WeakMap', 'WeakSet', 'Iterator', 'AsyncIterator',
  'Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError',
  'ArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float16Array',
  'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array',
  'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape',
  'console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask',
]);
