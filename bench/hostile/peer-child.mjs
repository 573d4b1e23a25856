/**
 * One case in one of the peers (`peer-child.mjs SYSTEM`, the case on standard input): a limit of 64 MB, a stack of 4 MB where there is such a limit, and one second of time. What is observed is what a child with a domain
 * observes, as far as there is such a thing; there are no neighbours but a timer of the host.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import {
  eventually,
  finish,
  hashOfIntrinsics,
  pause,
  peakMib,
  PRELUDE,
  readCase,
  resetPeak,
  resources,
  threadsOf,
  watchLag,
} from '../../test/hostile/corpus/support/watching.mjs';

const TIME_MS = 1000;
const MEMORY_MB = 64;

const asked = await readCase();
const secret = randomUUID();
process.env.HOST_CANARY = secret;
globalThis.hostCanary = secret;

const bodyOf = (code) => `(function (host, lent) { ${PRELUDE}\nconst kept = [];\n${code}\n})`;
const host = {
  add: (a, b) => (a + b) >>> 0,
  fail() {
    throw new Error('the host failed');
  },
};
const text = (value) => String(value).slice(0, 2000);
const failed = (error) => {
  let message = 'an error that cannot be told';
  try {
    message = `${error.code ?? ''} ${error.message}`;
  } catch {
    // Whatever it is, the host gets it as the guest made it.
  }
  // A time limit or a memory limit told by the system itself; all else is an error of the guest, as it was thrown.
  return {
    kind: 'error',
    code: 'error',
    cause: '',
    message: message.slice(0, 300),
    isTyped: error instanceof Error || String(error?.code).startsWith('ERR_SCRIPT_'),
  };
};

/** Each answers an outcome; it may block, die or hang. */
const SYSTEMS = {
  async worker(body) {
    const { Worker } = await import('node:worker_threads');
    const worker = new Worker(
      `const { parentPort } = require('worker_threads'); const host = { add: (a, b) => (a + b) >>> 0, fail() { throw new Error('the host failed'); } };
       (async () => parentPort.postMessage({ value: await ${body}(host, null) }))(); parentPort.on('message', () => parentPort.postMessage({ alive: true }));`,
      { eval: true, resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, stackSizeMb: 4 } },
    );
    let outcome = null;
    let isAlive = false;
    let hasEnded = false;
    worker.on('message', (message) => {
      if (message.alive) isAlive = true;
      else outcome ??= { kind: 'answers', text: text(message.value) };
    });
    worker.on('error', (error) => (outcome = failed(error)));
    worker.on('exit', () => (hasEnded = true));
    await eventually(() => outcome !== null || hasEnded, TIME_MS);
    // What answers may go on: it is asked whether it still listens.
    if (!hasEnded) worker.postMessage('ping');
    await eventually(() => isAlive || hasEnded, 300);
    const isStopped = !isAlive;
    await worker.terminate();
    return isStopped && outcome?.kind !== 'error' ? { kind: 'error', code: 'terminated', cause: '', message: 'it was terminated', isTyped: true } : outcome;
  },
  async vm(body) {
    const { default: vm } = await import('node:vm');
    const context = vm.createContext({ host, lent: null });
    return { kind: 'answers', text: text(await vm.runInContext(`${body}(host, lent)`, context, { timeout: TIME_MS })) };
  },
  async vm2(body) {
    const { VM } = await import('vm2');
    const vm = new VM({ timeout: TIME_MS, sandbox: { host, lent: null } });
    return { kind: 'answers', text: text(await vm.run(`${body}(host, lent)`)) };
  },
  async 'isolated-vm'(body) {
    const { default: ivm } = await import('isolated-vm');
    const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MB });
    const context = await isolate.createContext();
    await context.global.set('hostAdd', new ivm.Callback(host.add));
    await context.global.set('hostFail', new ivm.Callback(host.fail));
    const program = `(async () => String(await ${body}({ add: hostAdd, fail: hostFail }, null)).slice(0, 2000))()`;
    try {
      return { kind: 'answers', text: text(await context.eval(program, { timeout: TIME_MS, promise: true })) };
    } finally {
      if (!isolate.isDisposed) isolate.dispose();
    }
  },
  async 'quickjs-emscripten'(body) {
    const { getQuickJS } = await import('quickjs-emscripten');
    const quickjs = await getQuickJS();
    const runtime = quickjs.newRuntime();
    runtime.setMemoryLimit(MEMORY_MB * 2 ** 20);
    runtime.setMaxStackSize(2 ** 20);
    const until = Date.now() + TIME_MS;
    runtime.setInterruptHandler(() => Date.now() > until);
    const vm = runtime.newContext();
    const guest = vm.newObject();
    const add = vm.newFunction('add', (a, b) => vm.newNumber(host.add(vm.getNumber(a), vm.getNumber(b))));
    const fail = vm.newFunction('fail', () => host.fail());
    vm.setProp(guest, 'add', add);
    vm.setProp(guest, 'fail', fail);
    vm.setProp(vm.global, 'host', guest);
    for (const handle of [add, fail, guest]) handle.dispose();
    const result = vm.evalCode(`${body}(host, null)`);
    const jobs = runtime.executePendingJobs();
    if (result.error) {
      const error = vm.dump(result.error);
      result.error.dispose();
      return { kind: 'error', code: 'error', cause: '', message: text(error?.message ?? error).slice(0, 300), isTyped: true };
    }
    if (jobs.error) jobs.error.dispose();
    const state = vm.getPromiseState(result.value);
    const value = vm.dump(state.type === 'fulfilled' && !state.notAPromise ? state.value : result.value);
    result.value.dispose();
    vm.dispose();
    runtime.dispose();
    return { kind: 'answers', text: text(typeof value === 'object' ? JSON.stringify(value) : value) };
  },
};

const run = SYSTEMS[process.argv[2]];
// The modules, threads and pipes of the system itself are none of the attack's.
await run(bodyOf('return "held"'));
await pause(50);
const intrinsicsBefore = hashOfIntrinsics();
const before = resources();
resetPeak();
const lag = watchLag(threadsOf());
await pause(20);
const began = performance.now();
const outcome = await run(bodyOf(asked.code)).catch(failed);
const settledMs = performance.now() - began;
await pause(50);
const lagged = lag.stop();
await eventually(() => {
  const now = resources();
  return now.threads <= before.threads && now.fds <= before.fds && now.rssMib - before.rssMib < 100;
}, 1000);
const after = resources();
const peak = peakMib();
finish({
  outcome: outcome ?? { kind: 'error', code: 'error', cause: '', message: 'it ended without a word', isTyped: true },
  settledMs,
  crashes: [],
  isCondemned: false,
  lag: lagged,
  neighbour: null,
  before,
  after,
  peakMib: peak,
  intrinsics: { before: intrinsicsBefore, after: hashOfIntrinsics() },
  seesSecret: JSON.stringify(outcome ?? '').includes(secret),
  audit: [],
  fresh: null,
  lent: null,
  stops: null,
});
