/**
 * Calls between two threads that are both awake, one after the other: the bare limit, ours from the host and from a domain, with a number and with values that move; and the same call by
 * other libraries. All in one group, so that all of them meet the same machine.
 */
import { Worker } from 'node:worker_threads';
import { boot, type KernelHandle, unwrap } from 'deciduous';
import { Adder, Blob, Mover } from '../extensions/generated/bench.js';
import { Cell, Counter, Peer, Relay } from '../extensions/generated/calls.js';
import { measure, timed, type Way } from '../measure.js';
import { here, leaf } from '../places.js';
import { type Group, openWanted } from './group.js';
import { PEERS } from './peers.js';

const MIB = 2 ** 20;
const HOT = ['raw', 'hot', 'hot_domain_to_domain', 'plain_call', 'rref_call', 'move_64B', 'move_64MiB'];

export const hot: Group = {
  gives: [...HOT, ...Object.keys(PEERS)],
  seconds: 25,
  async run({ wanted, quick, progress }) {
    await using kernel = await boot({ sharedHeapBytes: 512 * MIB, spares: 0 });
    const own = await ownWays(kernel, wanted);
    const peers = await openWanted(PEERS, wanted);
    const results = await measure([...own, ...peers.open.map(({ way }) => way)], progress, quick);
    for (const peer of peers.open) await peer.close();
    return { results, leftOut: peers.leftOut };
  },
};

/** Loads nothing that is not wanted: a domain more is a thread more. */
async function ownWays(kernel: KernelHandle, wanted: ReadonlySet<string>): Promise<Way[]> {
  const limits = { sharedHeapBytes: 160 * MIB, timeSliceMs: 60_000 };
  const ways: Way[] = [];
  if (wanted.has('raw')) ways.push({ name: 'raw', batch: rawPingPong(), batchSize: 50_000, samples: 20 });
  if (wanted.has('hot')) {
    const adder = (await kernel.load(await leaf('adder'), { name: 'adder', limits })).get(Adder);
    ways.push({ name: 'hot', batch: timed(() => add(adder)), batchSize: 100, samples: 20_000 });
  }
  if (wanted.has('hot_domain_to_domain')) {
    const peer = (await kernel.load(await leaf('peer'), { name: 'peer', limits })).get(Peer);
    const relay = (await kernel.load(await leaf('relay'), { name: 'relay', grant: { peer }, limits })).get(Relay);
    ways.push({ name: 'hot_domain_to_domain', batch: (operations) => repeat(relay, operations), batchSize: 25_000, samples: 100 });
  }
  if (wanted.has('plain_call') || wanted.has('rref_call')) {
    const counter = (await kernel.load(await leaf('counter'), { name: 'counter', limits })).get(Counter);
    let cell = kernel.heap.alloc(Cell, { value: 0 });
    let value = 0;
    const plain = counting(
      () => void (value = unwrap(counter.next(value))),
      () => value,
    );
    const rref = counting(
      () => void (cell = unwrap(counter.bump(cell))),
      () => cell.value,
    );
    ways.push({ name: 'plain_call', batch: plain, batchSize: 100, samples: 5000 }, { name: 'rref_call', batch: rref, batchSize: 100, samples: 5000 });
  }
  if (wanted.has('move_64B') || wanted.has('move_64MiB')) {
    const mover = (await kernel.load(await leaf('adder'), { name: 'mover', limits })).get(Mover);
    const moving = (bytes: number): Way['batch'] => {
      let blob = kernel.heap.alloc(Blob, { data: new Uint8Array(bytes) });
      return timed(() => void (blob = unwrap(mover.move(blob))));
    };
    ways.push(
      { name: 'move_64B', batch: moving(64), batchSize: 20, samples: 4000 },
      { name: 'move_64MiB', batch: moving(64 * MIB), batchSize: 20, samples: 4000 },
    );
  }
  return ways;
}

/** Times operations that count one up each; looks at the count outside the time, since to read a field of ours is work of its own. */
function counting(operation: () => void, count: () => number): Way['batch'] {
  const batch = timed(operation);
  return (operations) => {
    const before = count();
    const ns = batch(operations);
    if (count() !== before + operations) throw new Error('a wrong count');
    return ns;
  };
}

let last = 0;

function add(adder: Adder): void {
  last = (last + 1) & 0xffff;
  if (unwrap(adder.add(last, 1)) !== last + 1) throw new Error('a wrong sum');
}

/** One domain calls another so often within one call of ours, which costs nothing beside them. */
function repeat(relay: Relay, calls: number): number {
  const start = process.hrtime.bigint();
  const sum = unwrap(relay.repeat(calls));
  const ns = Number(process.hrtime.bigint() - start);
  if (sum !== calls) throw new Error('a wrong sum');
  return ns / calls;
}

/** The limit: one word that says whose turn it is, both sides spinning. A thread that spins for ever would take a core from the other ways, so it lives for one batch. */
function rawPingPong(): Way['batch'] {
  const shared = new SharedArrayBuffer(64);
  const words = new Int32Array(shared);
  const floats = new Float64Array(shared);
  const pingPong = timed(() => {
    floats[1] = 1;
    floats[2] = 2;
    Atomics.store(words, 0, 1);
    while (Atomics.load(words, 0) !== 0);
    if (floats[3] !== 3) throw new Error('a wrong sum');
  });
  return async (operations) => {
    Atomics.store(words, 0, 0);
    const worker = new Worker(here('peers/raw-pong.mjs'), { workerData: shared });
    await new Promise((resolve) => worker.once('online', resolve));
    pingPong(20_000);
    const ns = pingPong(operations);
    await worker.terminate();
    return ns;
  };
}
