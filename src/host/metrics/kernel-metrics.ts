/**
 * One kernel's metrics as Prometheus text. The registry is this kernel's own: a process may have several, and the global one belongs to the program.
 *
 * `prom-client` is loaded when it is first needed, that is when somebody asks, or with the first restart: a program that does not look pays nothing for what it could see.
 */
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { KernelStats } from '../../abi/kernel-protocol.js';
import { METRICS, type MetricDefinition } from './definitions.js';
import { HostCounts } from './host-counts.js';

/** What a scraper is told that the text is. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const RESTART_METRIC = {
  name: 'deciduous_restart_seconds',
  help: 'From the decision that a domain is dead to its next life accepting calls, the wait before it included.',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
};

interface Instruments {
  readonly registry: Registry;
  readonly restarts: Histogram;
  readonly all: readonly (readonly [MetricDefinition, Counter | Gauge])[];
}

export class KernelMetrics {
  readonly counts = new HostCounts();
  #instruments: Promise<Instruments> | null = null;

  #made(): Promise<Instruments> {
    return (this.#instruments ??= make());
  }

  restarted(downMs: number): void {
    // Where it cannot be loaded, whoever asks for the text is told.
    this.#made().then(
      ({ restarts }) => restarts.observe(downMs / 1000),
      () => {},
    );
  }

  async text(stats: KernelStats, refused: ReadonlyMap<string, number> = this.counts.refused): Promise<string> {
    const { registry, all } = await this.#made();
    const snapshot = { stats, counts: { loads: this.counts.loads, refused } };
    for (const [{ labels, read }, instrument] of all) {
      instrument.reset();
      for (const sample of read(snapshot)) {
        const values = Object.fromEntries(labels.map((label, place) => [label, sample[place] as string]));
        instrument.inc(values, sample.at(-1) as number);
      }
    }
    return registry.metrics();
  }
}

async function make(): Promise<Instruments> {
  const { default: prom } = await import('prom-client');
  const registry = new prom.Registry();
  registry.setContentType(METRICS_TYPE as typeof registry.contentType);
  const all = METRICS.map((definition) => {
    const { name, help, labels, kind } = definition;
    const configuration = { name, help, labelNames: [...labels], registers: [registry] };
    return [definition, kind === 'counter' ? new prom.Counter(configuration) : new prom.Gauge(configuration)] as const;
  });
  return { registry, restarts: new prom.Histogram({ ...RESTART_METRIC, registers: [registry] }), all };
}
