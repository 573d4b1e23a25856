/** The same call `add(i, 1)` by the libraries that people use today. Each is imported when it is measured: one that is not there, or has no build for this Node, is left out alone. */
import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { timed, timedAsync } from '../measure.js';
import { here } from '../places.js';
import type { OpenWay } from './group.js';

export const PEERS: { readonly [name: string]: () => Promise<OpenWay> } = { comlink, piscina, synckit, isolated_vm: isolatedVm, quickjs };

let i = 0;
const next = (): number => (i = (i + 1) & 0xffff);

function isSum(sum: unknown, of: number): void {
  if (sum !== of + 1) throw new Error(`a wrong sum, ${String(sum)}`);
}

async function comlink(): Promise<OpenWay> {
  const { wrap } = await import('comlink');
  const { default: nodeEndpoint } = await import('comlink/dist/esm/node-adapter.mjs');
  const worker = new Worker(here('peers/comlink-adder.mjs'));
  const remote = wrap<{ add(a: number, b: number): number }>(nodeEndpoint(worker));
  const call = async (): Promise<void> => {
    const a = next();
    isSum(await remote.add(a, 1), a);
  };
  return { way: { name: 'comlink', batch: timedAsync(call), batchSize: 1, samples: 4000 }, close: async () => void (await worker.terminate()) };
}

async function piscina(): Promise<OpenWay> {
  const { Piscina } = await import('piscina');
  const pool = new Piscina<{ a: number; b: number }, number>({ filename: here('peers/piscina-adder.mjs'), minThreads: 1, maxThreads: 1 });
  const call = async (): Promise<void> => {
    const a = next();
    isSum(await pool.run({ a, b: 1 }), a);
  };
  return { way: { name: 'piscina', batch: timedAsync(call), batchSize: 1, samples: 4000 }, close: async () => pool.destroy() };
}

async function synckit(): Promise<OpenWay> {
  const { createSyncFn } = await import('synckit');
  const add = createSyncFn<(a: number, b: number) => number>(here('peers/synckit-adder.mjs'));
  const call = (): void => {
    const a = next();
    isSum(add(a, 1), a);
  };
  // Its worker cannot be ended by us; it sleeps, and does not keep the process alive.
  return { way: { name: 'synckit', batch: timed(call), batchSize: 1, samples: 4000 }, close: () => {} };
}

/** isolated-vm in a process of its own, which times its own calls. */
async function isolatedVm(): Promise<OpenWay> {
  const child = fork(here('peers/isolated-vm-adder.mjs'), [], { execArgv: ['--no-node-snapshot'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (text) => (said += String(text)));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('close', () => reject(new Error(`isolated-vm did not start: ${/^\w*Error: (.*)$/m.exec(said)?.[1] ?? 'it said nothing'}`)));
  });
  const batch = (operations: number): Promise<number> =>
    new Promise((resolve) => {
      child.once('message', (ns) => resolve(ns as number));
      child.send(operations);
    });
  return { way: { name: 'isolated_vm', batch, batchSize: 2000, samples: 100 }, close: () => void child.kill() };
}

/** A function of the guest, looked up once; each call makes two numbers, and disposes of them and of the result. */
async function quickjs(): Promise<OpenWay> {
  const { getQuickJS } = await import('quickjs-emscripten');
  const context = (await getQuickJS()).newContext();
  const add = context.unwrapResult(context.evalCode('(a, b) => (a + b) >>> 0'));
  const call = (): void => {
    const a = next();
    const one = context.newNumber(a);
    const other = context.newNumber(1);
    const result = context.unwrapResult(context.callFunction(add, context.undefined, one, other));
    isSum(context.getNumber(result), a);
    result.dispose();
    other.dispose();
    one.dispose();
  };
  const close = (): void => {
    add.dispose();
    context.dispose();
  };
  return { way: { name: 'quickjs', batch: timed(call), batchSize: 100, samples: 5000 }, close };
}
