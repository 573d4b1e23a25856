/** Abuse of messages, of deaths and of restarts. */
import type { End, HostileCase } from '../case.js';

const thrown: readonly End[] = ['panic'];
const absent: readonly End[] = ['panic', 'refused', 'answers'];

export const LIFECYCLE: readonly HostileCase[] = [
  { id: 'P01', title: 'for(;;)port.postMessage(x)', code: "const port = globalThis.postMessage ? globalThis : require('worker_threads').parentPort; for (;;) port.postMessage('flood');", ends: absent, must: 'there is no port; a full mailbox refuses' },
  { id: 'P01a', title: 'for(;;)console.log(x)', code: "for (;;) console.log('flood');", ends: ['hang', 'out-of-memory'], must: 'output past the budget is dropped' },
  { id: 'P01b', title: 'calls to the host without end', code: 'for (let n = 0; ; n++) host.ask ? host.ask("x") : host.add(n, 1);', ends: ['hang'], must: "the host's loop turns" },
  { id: 'P02', title: 'sixty results of 20 MB', code: "const k = []; for (let i = 0; i < 60; i++) { try { k.push(host.imports ? host.imports.peer.bytes(new Uint8Array(2e7)) : new Uint8Array(2e7)); } catch (e) {} } return 'sent';", ends: ['answers', 'panic', 'out-of-memory', 'hang', 'error'], must: 'sizes are limited before anything is copied' },
  { id: 'P05', title: 'a call that is never answered', code: 'return new Promise(() => {});', ends: ['error'], must: "the caller's deadline"  },
  { id: 'P06', title: 'a hundred thousand calls at once', code: "for (let i = 0; i < 1e5; i++) { try { host.imports.peer.async.rest(lent, 1000).then(() => {}, () => {}); } catch {} } return 'called';", ends: ['answers', 'hang', 'out-of-memory', 'panic'], must: 'a full mailbox refuses at once', oursAlone: true },
  { id: 'P10', title: 'Atomics.waitAsync a hundred thousand times', code: 'const a = new Int32Array(new SharedArrayBuffer(4)); for (let i = 0; i < 1e5; i++) Atomics.waitAsync(a, 0, 0); for (;;);', ends: ['panic', 'refused'], must: 'absent' },
  { id: 'P12', title: "process.kill(process.pid,'SIGKILL')", code: "process.kill(process.pid, 'SIGKILL'); return 'sent';", ends: ['panic', 'refused'], must: 'impossible' },
  { id: 'P12a', title: 'process.exit, abort, reallyExit', code: "for (const end of [() => process.exit(3), () => process.reallyExit(3), () => process.abort()]) { try { end(); } catch {} } return 'alive';", ends: absent, must: 'impossible' },
  { id: 'P13', title: "process.on('uncaughtException',()=>{}) and throw", code: "try { process.on('uncaughtException', () => {}); } catch {} setTimeout(() => { throw new Error('masked?'); }, 1); return 'armed';", ends: thrown, must: 'it cannot hide its own crash' },
  ...(
    [
      ['P14', 'null', 'throw null;'],
      ['P14a', 'undefined', 'throw undefined;'],
      ['P14b', 'a Symbol', "throw Symbol('s');"],
      ['P14c', 'a function', 'throw () => { for (;;); };'],
      ['P14d', 'a frozen object', 'throw Object.freeze({});'],
      ['P14e', 'a Proxy', "throw new Proxy({}, { get() { throw new Error('trap'); }, getPrototypeOf() { throw 1; }, ownKeys() { throw 2; } });"],
      ['P14f', 'a revoked Proxy', 'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;'],
      ['P14g', 'an error with hostile getters', "throw Object.defineProperties(new Error('x'), { stack: { get() { throw 1; } }, message: { get() { throw 2; } }, name: { get() { throw 3; } }, constructor: { get() { throw 4; } }, toString: { value() { throw 5; } } });"],
      ['P14h', 'a BigInt of a million digits', 'throw 10n ** 1000000n;'],
    ] as const
  ).map(([id, what, code]): HostileCase => ({ id, title: `throw ${what}`, code, ends: thrown, must: 'a typed error; the value is never evaluated by the host', })),
  { id: 'P15', title: 'an unhandled rejection of a Proxy', code: 'Promise.reject(new Proxy({}, { get() { throw 1; } })); return "rejected";', ends: thrown, must: 'told, like any crash' },
  { id: 'P16', title: 'a nested worker with limits of its own', code: "const { Worker } = require('worker_threads'); new Worker('for(;;);', { eval: true, resourceLimits: { maxOldGenerationSizeMb: 4096 } }); return 'spawned';", ends: ['panic', 'refused'], must: 'no nested threads' },
  { id: 'P17', title: 'forty nested workers', code: "const { Worker } = require('worker_threads'); for (let i = 0; i < 40; i++) new Worker('for(;;);', { eval: true }); return 'spawned';", ends: ['panic', 'refused'], must: 'the same' },
  { id: 'P18', title: 'a detached child process', code: "require('child_process').spawn('sleep', ['8'], { detached: true }); return 'escaped: a process';", ends: ['panic', 'refused'], must: 'impossible' },
  { id: 'P20', title: 'a loop in init', code: 'for (;;);', where: 'init', ends: ['hang', 'error'], must: 'loading fails; nothing is left', limits: { initSliceMs: 300 }, oursAlone: true },
  { id: 'P20a', title: 'a bomb in init', code: 'const k = []; for (;;) k.push(new Array(1000).fill(1.5));', where: 'init', ends: ['hang', 'out-of-memory', 'error'], must: 'the same', oursAlone: true },
  { id: 'P20b', title: 'a loop outside of any function', code: 'for (;;);', where: 'top', ends: ['hang', 'error'], must: 'the same', limits: { initSliceMs: 300 }, oursAlone: true },
  { id: 'P20c', title: 'recursion outside of any function', code: '(function f() { f(); })();', where: 'top', ends: ['stack-overflow', 'error'], must: 'the same', oursAlone: true },
  { id: 'P21', title: 'a crash on every start', code: "throw new Error('never');", where: 'init', ends: ['panic', 'error'], must: 'restarts are limited', oursAlone: true },
  { id: 'P24', title: 'an AbortSignal that is ignored', code: 'const end = Date.now ? 0 : 0; let x = end; for (;;) x++;', ends: ['hang'], must: 'told, then panicked, then terminated', isDeterministic: true },
  { id: 'P29', title: 'an interval that is always due', code: 'setInterval(() => { let x = 0; for (let i = 0; i < 1e6; i++) x += i; }, 1); return "set";', ends: ['answers', 'hang'], must: 'callers are answered all the same' },
  { id: 'P30', title: 'a death while it lends', code: "const leaf = host.heap.alloc(host.Leaf, { text: 'x', data: new Uint8Array(100), n: 3, next: null }); host.imports.peer.async.rest(leaf, 300); throw new Error('gone');", ends: thrown, must: 'freed when the borrower lets go', oursAlone: true },
  { id: 'P31', title: 'a reference given to the host, and then death', code: "try { host.imports.peer.async.add(1, 2); } catch {} Promise.resolve().then(() => { throw new Error('gone'); }); return 'held';", ends: thrown, must: 'one death, told once', oursAlone: true },
];
