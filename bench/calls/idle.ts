/** What parked domains cost: the CPU time of this whole process while 32 of them have nothing to do, in percent of one core; and beside it the same with none. */
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, unwrap } from 'deciduous';
import { Adder } from '../extensions/generated/bench.js';
import { figure } from '../measure.js';
import { leaf } from '../places.js';
import type { Group } from './group.js';

const DOMAINS = 32;
/** What loading leaves to do, collections of 32 heaps among it, is done by then. */
const SETTLE_MS = 10_000;

export const idle: Group = {
  gives: ['idle_cpu'],
  seconds: 30,
  async run({ quick, progress }) {
    await using kernel = await boot({ spares: 0 });
    const windows = quick ? 1 : 8;
    const windowMs = quick ? 100 : 1000;
    const watch = async (after: number): Promise<number[]> => {
      const percents: number[] = [];
      for (let window = 0; window < windows; window++) {
        const start = process.hrtime.bigint();
        const before = process.cpuUsage();
        await sleep(windowMs);
        const { user, system } = process.cpuUsage(before);
        percents.push((100 * (user + system) * 1000) / Number(process.hrtime.bigint() - start));
        progress(after + window + 1, 2 * windows);
      }
      return percents;
    };
    await sleep(windowMs);
    const none = await watch(0);
    for (let loaded = 0; loaded < (quick ? 2 : DOMAINS); loaded++) {
      const domain = await kernel.load(await leaf('adder'), { name: `idle ${loaded}` });
      unwrap(domain.get(Adder).add(1, 2));
    }
    await sleep(quick ? windowMs : SETTLE_MS);
    const parked = await watch(windows);
    return { results: { idle_cpu_no_domains: figure(none, '%'), idle_cpu: figure(parked, '%') }, leftOut: {} };
  },
};
