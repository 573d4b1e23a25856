/** The shared heap: allocation, access, bulk copies, moves and reclamation, each beside what people use today. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { Worker } from 'node:worker_threads';
import backedObjects from 'buffer-backed-object';
import { boot, unwrap } from 'deciduous';
import { Adder, Blob, Churn, Link, Mover, Particle } from '../extensions/generated/bench.js';
import { measure, quantile, timed, timedAsync, type Figure, type SuiteOptions, type SuiteResult, type Way } from '../measure.js';
import { reclamation } from './reclamation.js';

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { ArrayOfBufferBackedObjects, BufferBackedObject, Float64 } = backedObjects;
const MIB = 2 ** 20;
const VALUE = { x: 1, y: 2, z: 3, vx: 4, vy: 5, vz: 6, mass: 7, charge: 8 };
const RECORDS = 1024;

export async function run({ progress }: SuiteOptions): Promise<SuiteResult> {
  await using kernel = await boot({ sharedHeapBytes: 512 * MIB, spares: 2 });
  const limits = { sharedHeapBytes: 160 * MIB, timeSliceMs: 10_000 };
  const mover = (await kernel.load(here('extensions/adder.ts'), { name: 'mover', limits })).get(Mover);
  const churners = await Promise.all(['one', 'other'].map(async (name) => (await kernel.load(here('extensions/churner.ts'), { name, limits })).get(Churn)));
  const { heap } = kernel;

  const particles = Array.from({ length: RECORDS }, (_, x) => heap.alloc(Particle, { ...VALUE, x }));
  const floats = new Float64Array(new SharedArrayBuffer(RECORDS * 64));
  const field = { x: Float64(), y: Float64(), z: Float64(), vx: Float64(), vy: Float64(), vz: Float64(), mass: Float64(), charge: Float64() };
  const backed = ArrayOfBufferBackedObjects(new SharedArrayBuffer(RECORDS * 64) as unknown as ArrayBuffer, field);
  const views = Array.from({ length: RECORDS }, (_, at) => backed[at]);

  const source = heap.alloc(Blob, { data: new Uint8Array(MIB) });
  const bytes = source.data;
  using window = heap.view(source, 'data');
  const shared = window.bytes;
  const mine = new Uint8Array(MIB);

  const passing = (length: number): ((operations: number) => number) => {
    let list = heap.alloc(Link, { next: null });
    for (let at = 1; at < length; at++) list = heap.alloc(Link, { next: list });
    return timed(() => {
      list = unwrap(churners[0].pass(list));
    });
  };
  const moving = (length: number): ((operations: number) => number) => {
    let blob = heap.alloc(Blob, { data: new Uint8Array(length) });
    return timed(() => {
      blob = unwrap(mover.move(blob));
    });
  };

  const neighbour = new Worker(here('peers/post-back.mjs'));
  const post = (value: unknown, transfer: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      neighbour.once('message', resolve);
      neighbour.postMessage({ value, transfer }, transfer ? [value as ArrayBuffer] : []);
    });
  let travelling = new ArrayBuffer(MIB);
  const cloned = new Uint8Array(MIB);

  const ways: Way[] = [
    { name: 'alloc_free', batch: timed(() => heap.alloc(Particle, VALUE).drop()), batchSize: 1000, samples: 2000 },
    { name: 'new_shared_array_buffer', batch: timed(() => void (kept.last = new SharedArrayBuffer(64))), batchSize: 100, samples: 500 },
    { name: 'structured_clone', batch: timed(() => void (kept.last = structuredClone(VALUE))), batchSize: 200, samples: 500 },
    { name: 'buffer_backed_object', batch: timed(() => void (kept.last = backedObject(field))), batchSize: 100, samples: 500 },
    { name: 'field_read', batch: sweep(particles, 'items[at].vx'), batchSize: 50 * RECORDS, samples: 200 },
    { name: 'field_read_raw', batch: sweep(floats, 'items[at * 8 + 3]'), batchSize: 50 * RECORDS, samples: 200 },
    { name: 'field_read_buffer_backed', batch: sweep(views, 'items[at].vx'), batchSize: RECORDS, samples: 200 },
    { name: 'copy_out_1MiB', batch: timed(() => void bytes.copyTo(mine)), batchSize: 5, samples: 500 },
    { name: 'copy_out_1MiB_bare', batch: timed(() => mine.set(shared)), batchSize: 5, samples: 500 },
    { name: 'copy_in_1MiB', batch: timed(() => bytes.set(mine)), batchSize: 5, samples: 500 },
    { name: 'copy_in_1MiB_bare', batch: timed(() => shared.set(mine)), batchSize: 5, samples: 500 },
    { name: 'move_64B', batch: moving(64), batchSize: 20, samples: 2000 },
    { name: 'move_64MiB', batch: moving(64 * MIB), batchSize: 20, samples: 2000 },
    { name: 'move_tree_1', batch: passing(1), batchSize: 20, samples: 2000 },
    { name: 'move_tree_1e5', batch: passing(100_000), batchSize: 20, samples: 2000 },
    { name: 'clone_1MiB', batch: timedAsync(() => post(cloned, false)), batchSize: 1, samples: 300 },
    {
      name: 'transfer_1MiB',
      batch: timedAsync(async () => {
        travelling = (await post(travelling, true)) as ArrayBuffer;
      }),
      batchSize: 1,
      samples: 500,
    },
  ];
  const results: { [name: string]: Figure } = await measure(ways, progress);
  await neighbour.terminate();
  const scaling = await scale(churners, results);
  const adder = (await kernel.load(here('extensions/adder.ts'), { name: 'bystander' })).get(Adder);
  const reclaimed = await reclamation(kernel, adder, here('extensions/churner.ts'), results);

  const p50 = (name: string): number => results[name].p50;
  const ratios = {
    alloc_free_ns: p50('alloc_free') * 1000,
    alloc_scaling_2_threads: scaling,
    field_read_vs_raw: p50('field_read') / p50('field_read_raw'),
    bulk_copy_vs_shared_set: Math.min(p50('copy_out_1MiB_bare') / p50('copy_out_1MiB'), p50('copy_in_1MiB_bare') / p50('copy_in_1MiB')),
    move_64MiB_vs_64B: p50('move_64MiB') / p50('move_64B'),
    move_tree_1e5_vs_1: p50('move_tree_1e5') / p50('move_tree_1'),
    ...reclaimed,
    new_shared_array_buffer_vs_alloc: p50('new_shared_array_buffer') / p50('alloc_free'),
    structured_clone_vs_alloc: p50('structured_clone') / p50('alloc_free'),
    buffer_backed_object_vs_alloc: p50('buffer_backed_object') / p50('alloc_free'),
    buffer_backed_read_vs_field: p50('field_read_buffer_backed') / p50('field_read'),
    clone_1MiB_vs_move: p50('clone_1MiB') / p50('move_64MiB'),
    transfer_1MiB_vs_move: p50('transfer_1MiB') / p50('move_64MiB'),
  };
  const aims = {
    alloc_free_ns: { aim: 'below 150', met: ratios.alloc_free_ns < 150 },
    alloc_scaling_2_threads: { aim: 'above 1.7', met: scaling > 1.7 },
    field_read_vs_raw: { aim: 'below 4', met: ratios.field_read_vs_raw < 4 },
    bulk_copy_vs_shared_set: { aim: 'above 0.9', met: ratios.bulk_copy_vs_shared_set > 0.9 },
    move_64MiB_vs_64B: { aim: 'below 1.2', met: ratios.move_64MiB_vs_64B < 1.2 },
    move_tree_1e5_vs_1: { aim: 'below 1.2', met: ratios.move_tree_1e5_vs_1 < 1.2 },
    reclaim_1e5_blocks_ms: { aim: 'below 50', met: reclaimed.reclaim_1e5_blocks_ms < 50 },
    bystander_p99_during_reclaim: { aim: 'below 2', met: reclaimed.bystander_p99_during_reclaim < 2 },
  };
  return { suite: 'heap', node: process.versions.node, cores: availableParallelism(), results, ratios, aims, leftOut: {} };
}

/** Where results go that nobody needs, so that nothing is optimised away. */
const kept: { last: unknown } = { last: undefined };

/**
 * Reads one number of each record in turn. The loop is compiled anew for each way: a loop that all of them share would call through a pointer, which costs more than
 * what is measured.
 */
function sweep(items: unknown, expression: string): (operations: number) => number {
  const loop = compileFunction(`let sum = 0; for (let i = 0; i < rounds; i++) for (let at = 0; at < ${RECORDS}; at++) sum += ${expression}; return sum;`, [
    'items',
    'rounds',
  ]);
  return (operations) => {
    const start = process.hrtime.bigint();
    kept.last = loop(items, operations / RECORDS);
    return Number(process.hrtime.bigint() - start) / operations;
  };
}

function backedObject(field: { [name: string]: ReturnType<typeof Float64> }): unknown {
  const object = BufferBackedObject(new SharedArrayBuffer(64) as unknown as ArrayBuffer, field);
  Object.assign(object, VALUE);
  return object;
}

/** How much more two domains allocate and drop together than one alone. */
async function scale(churners: readonly { async: { churn(count: number): Promise<unknown> } }[], results: { [name: string]: Figure }): Promise<number> {
  const COUNT = 1_000_000;
  const time = async (these: typeof churners): Promise<number> => {
    const start = process.hrtime.bigint();
    await Promise.all(these.map((each) => each.async.churn(COUNT)));
    return Number(process.hrtime.bigint() - start) / 1e6;
  };
  for (const each of churners) await time([each]);
  const ratios: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < 10; round++) {
    const [one, other, both] = [await time([churners[0]]), await time([churners[1]]), await time(churners)];
    alone.push(((one + other) / 2 / COUNT) * 1000);
    ratios.push((one + other) / both);
  }
  ratios.sort((a, b) => a - b);
  alone.sort((a, b) => a - b);
  results['alloc_free_in_domain'] = { p50: quantile(alone, 0.5), p99: quantile(alone, 0.99), unit: 'µs', n: 20 * COUNT };
  return quantile(ratios, 0.5);
}
