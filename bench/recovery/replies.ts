/** From a crash to the first good reply: one call through the shadow of a driver that panics in it, with a thread ready that has read the driver (`restart.standby`), with a plain spare, and with none. And what that time is made of, from the kernel's own trace. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, type KernelHandle } from 'deciduous';
import { Rig } from '../../samples/recovery/rig.js';
import { figure, type Figure, type Progress } from '../measure.js';

export interface Replies {
  readonly results: { readonly [name: string]: Figure };
}

/** How often it is tried to arm a driver that is between two lives, and how long between two tries. */
const PAUSE_MS = 5;

/** One crash; answers how long the call took that met it. */
async function crash(rig: Rig, number: number): Promise<number> {
  // A life that has served a while, not one that has only just begun.
  for (let block = 0; block < 50; block++) readBlock(rig, block);
  while (!(await rig.arm('device', number % 2 === 0 ? 'Before' : 'After'))) await sleep(PAUSE_MS);
  const start = process.hrtime.bigint();
  readBlock(rig, 0);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function readBlock({ device }: Rig, block: number): void {
  const answer = device.read(block);
  if (!answer.ok) throw new Error(`the shadow let an error through: ${answer.error.message}`);
  if (!answer.value.ok) throw new Error(`the medium failed: ${answer.value.error}`);
  answer.value.value.drop();
}

/** Of spares so many, and of standbys: driver and file system have one each, or none. */
interface Ready {
  readonly spares: number;
  readonly standbys: 0 | 2;
}

async function until(kernel: KernelHandle, ready: Ready): Promise<void> {
  for (;;) {
    const { spares, standbys } = await kernel.stats();
    if (spares >= ready.spares && standbys >= ready.standbys) return;
    await sleep(PAUSE_MS);
  }
}

/** Starting a spare keeps a core busy: a crash waits for the one before to be done with. */
async function samples(ready: Ready, count: number, progress: Progress): Promise<number[]> {
  await using kernel = await boot({ spares: ready.spares });
  const rig = await Rig.open(kernel, 'memory', ready.standbys > 0);
  const took: number[] = [];
  for (let number = 0; number < count; number++) {
    await until(kernel, ready);
    await sleep(20);
    took.push(await crash(rig, number));
    progress(number + 1, count);
  }
  await rig.close();
  return took;
}

/** The steps of a restart after the panic, in order: the kernel has heard; callers are told; memory is back; what it held is back; the next life has come through its init. */
const STEPS = ['dead', 'settled', 'reclaimed', 'buried', 'live'];

/** Milliseconds from the panic to each step. */
async function steps(count: number): Promise<{ [name: string]: number[] }> {
  await using kernel = await boot({ spares: 1, trace: { events: 16_384 } });
  const rig = await Rig.open(kernel, 'memory');
  const times: { [name: string]: number[] } = Object.fromEntries(STEPS.map((stage) => [stage, []]));
  for (let number = 0; number < count; number++) {
    await until(kernel, { spares: 1, standbys: 2 });
    await sleep(20);
    await crash(rig, number);
    const { events } = await kernel.trace();
    const ofDriver = events.filter((event) => event.kind === 'life' && event.domain.name === 'driver');
    const from = ofDriver.findLastIndex((event) => event.kind === 'life' && event.stage === 'panicked');
    for (const event of ofDriver.slice(from)) if (event.kind === 'life' && event.stage in times) times[event.stage].push(event.timeMs - ofDriver[from].timeMs);
  }
  await rig.close();
  return times;
}

export async function replies(quick: boolean, progress: Progress): Promise<Replies> {
  const [many, few, traced] = quick ? [2, 1, 1] : [200, 40, 40];
  const total = many + 2 * few;
  const standby = await samples({ spares: 1, standbys: 2 }, many, (done) => progress(done, total));
  const spare = await samples({ spares: 1, standbys: 0 }, few, (done) => progress(many + done, total));
  const none = await samples({ spares: 0, standbys: 0 }, few, (done) => progress(many + few + done, total));
  const results: { [name: string]: Figure } = {
    crash_to_reply_with_spare: figure(standby, 'ms'),
    crash_to_reply_with_plain_spare: figure(spare, 'ms'),
    crash_to_reply_without: figure(none, 'ms'),
  };
  for (const [stage, times] of Object.entries(await steps(traced))) results[`panic_to_${stage}`] = figure(times, 'ms');
  return { results };
}
