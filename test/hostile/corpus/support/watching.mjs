/** What a process observes of itself while it is attacked. Plain JavaScript: children run without a loader. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** How often the loop is looked at. */
const TICK_MS = 10;
const ROOTS = `Object Function Array Number Boolean String Symbol BigInt Math JSON Reflect Proxy Promise RegExp Date Map Set WeakMap WeakSet WeakRef
FinalizationRegistry Iterator Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError ArrayBuffer SharedArrayBuffer Atomics
DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array
Intl WebAssembly isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval`.split(/\s+/);

/** A hash of the own keys and descriptors of every intrinsic. No getter is run. */
export function hashOfIntrinsics() {
  const hash = createHash('sha256');
  const known = new Map();
  const queue = [];
  const label = (value) => {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return `${typeof value} ${String(value)}`;
    if (!known.has(value)) {
      known.set(value, known.size);
      queue.push(value);
    }
    return `#${known.get(value)}`;
  };
  for (const name of ROOTS) hash.update(`${name} ${label(globalThis[name])}\n`);
  for (const form of [
    function* () {},
    async function () {},
    async function* () {},
    [][Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ''.matchAll(/x/g),
  ])
    hash.update(`${label(Object.getPrototypeOf(form))}\n`);
  for (const object of queue) {
    hash.update(`${known.get(object)} ${label(Object.getPrototypeOf(object))} ${Object.isExtensible(object)}\n`);
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(object, key);
      hash.update(`${String(key)} ${label(value)} ${label(get)} ${label(set)} ${writable} ${enumerable} ${configurable}\n`);
    }
  }
  return hash.digest('hex');
}

export function resources() {
  const count = (folder) => readdirSync(folder).length;
  return {
    fds: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
    rssMib: process.memoryUsage.rss() / 2 ** 20,
    active: process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Timeout' && name !== 'Immediate' && !name.endsWith('ReqWrap') && !name.startsWith('FSReq'))
      .sort(),
  };
}

/** From now on the most that this process has resident is counted anew, where the kernel allows it. */
export function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Then the most since its start counts.
  }
}

/** The most that this process has had resident, in MiB. */
export const peakMib = () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0) / 1024;

/** The threads of this process, by their ids. */
export const threadsOf = () => readdirSync('/proc/self/task');

/** For how many milliseconds, since it began, each thread was ready to run while no core was free, and that of all of them. A thread that has ended counts no more; 0 where the kernel does not tell. */
export function waitedMs(threads) {
  let sum = 0;
  for (const thread of threads)
    try {
      sum += Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
    } catch {
      // It has ended, or there is no such file.
    }
  return sum;
}

/** How long each thread that there is now has waited for a core. */
export const waits = () => new Map(threadsOf().map((thread) => [thread, waitedMs([thread])]));

/** How long the thread that waited longest has waited since then. */
export const longestWaitMs = (since) => Math.max(...[...waits()].map(([thread, waited]) => waited - (since.get(thread) ?? 0)));

/**
 * The longest time for which the loop of this thread does not turn: `worstMs` as it was, `ownMs` without the time in which this thread, or the one that waited longest of those that it may wait for, waited for a core. A busy machine causes
 * that, and no attack of one thread; the loop waits for more threads than its own, because V8 collects garbage with several.
 */
export function watchLag(innocent) {
  let worstMs = 0;
  let ownMs = 0;
  let last = performance.now();
  const waitsNow = () => innocent.map((thread) => waitedMs([thread]));
  let waited = waitsNow();
  const look = () => {
    const now = performance.now();
    const gap = now - last - TICK_MS;
    const waitedNow = waitsNow();
    worstMs = Math.max(worstMs, gap);
    ownMs = Math.max(ownMs, gap - Math.max(...waitedNow.map((wait, at) => wait - waited[at])));
    last = performance.now();
    waited = waitedNow;
  };
  const timer = setInterval(look, TICK_MS);
  return {
    stop() {
      look();
      clearInterval(timer);
      return { worstMs, ownMs };
    },
  };
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks again until it holds, for so long; answers whether it does. */
export async function eventually(holds, ms) {
  const until = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > until) return false;
    await pause(20);
  }
  return true;
}

export async function readCase() {
  let text = '';
  for await (const part of process.stdin.setEncoding('utf8')) text += part;
  return JSON.parse(text);
}

/** Writes the report and ends the process, whatever still runs in it. */
export function finish(report) {
  process.stdout.write(`${JSON.stringify({ report })}\n`, () => process.exit(0));
}

/** What every attack has in scope: what it can tell of the host's secret when it has come by some object. */
export const PRELUDE = `const reveal = (found) => {
  for (const read of [(x) => x.hostCanary, (x) => x.process.env.HOST_CANARY, (x) => x.env.HOST_CANARY, (x) => x.constructor.constructor('return process')().env.HOST_CANARY])
    try { const secret = read(found); if (typeof secret === 'string') return 'escaped: ' + secret; } catch {}
  return '';
};
`;
