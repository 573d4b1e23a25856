/** Loading: what was asked for is checked, obtained, granted and told to the kernel; what comes of it is counted and published. */
import type { LoadRequest } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import type { Limits } from '../abi/limits.js';
import { readPowers } from '../abi/powers.js';
import { type DomainProxy, proxies } from '../proxy/proxy-class.js';
import { publish } from './diagnostics.js';
import { DomainHandle } from './domain-handle.js';
import type { EventDelivery } from './event-delivery.js';
import type { KernelEmitter } from './events.js';
import { obtain, type Obtained } from './extension-source.js';
import { grantsOf } from './granted.js';
import type { HostThread } from './host-thread.js';
import { LoadError } from './load-error.js';
import { checkLoad, type LoadOptions } from './load-options.js';
import { limitsOf, refuseUngranted } from './manifest-wishes.js';
import { whyGrantDiffers } from './matching.js';
import type { KernelMetrics } from './metrics/kernel-metrics.js';
import { restartOf } from './restart-options.js';
import type { Trust } from './trust.js';
import { upgradeProgram } from './upgrade.js';

/** What this host loads at all, and what an extension may ask for. */
export interface Admission {
  readonly trust: Trust;
  readonly mostLimits: Limits;
}

/** Where a program goes: under which supervisor, and after how many lives in a kernel before this one. */
export type Under = Pick<LoadRequest, 'supervisor' | 'livesBefore'>;

export interface LoadingParts {
  /** Whose events and publications these are. */
  readonly kernel: object;
  readonly host: HostThread;
  readonly admission: Admission;
  readonly events: KernelEmitter;
  readonly delivery: EventDelivery;
  readonly metrics: KernelMetrics;
}

export class Loading {
  readonly #parts: LoadingParts;

  constructor(parts: LoadingParts) {
    this.#parts = parts;
  }

  /** The leaf of an extension, built or read, and what vouches for it. Rejects where this host would not load it. */
  obtain(extension: string | Uint8Array | Leaf, name: string | undefined): Promise<Obtained> {
    return obtain(extension, name, this.#parts.admission.trust);
  }

  async load(extension: string | Uint8Array | Leaf, options: LoadOptions, under: Under = {}): Promise<DomainHandle> {
    checkLoad(extension, options, under.supervisor !== undefined);
    return this.counted(this.#noted(this.obtain(extension, options.name), options, under));
  }

  /** As `load`, of what was obtained before, for a whole that is `counted`. */
  async loadObtained(obtained: Obtained, options: LoadOptions, under: Under): Promise<DomainHandle> {
    checkLoad(obtained.leaf, options, under.supervisor !== undefined);
    return this.#noted(Promise.resolve(obtained), options, under);
  }

  async #noted(obtained: Promise<Obtained>, options: LoadOptions, under: Under): Promise<DomainHandle> {
    const { kernel, metrics } = this.#parts;
    const began = performance.now();
    const handle = await this.#begin(await obtained, options, under);
    metrics.counts.loads++;
    const { name: domain, incarnation, provenance } = handle;
    publish('deciduous:load', () => ({ kernel, domain, incarnation, provenance, durationMs: performance.now() - began }));
    return handle;
  }

  /** Counts and publishes what a load, or the start of a whole system, is refused for: once, wherever on the way that is. */
  async counted<Started>(starting: Promise<Started>): Promise<Started> {
    const { kernel, metrics } = this.#parts;
    try {
      return await starting;
    } catch (error) {
      metrics.counts.failed(error);
      if (error instanceof LoadError) publish('deciduous:refused', () => ({ kernel, error }));
      throw error;
    }
  }

  async #begin({ leaf, provenance }: Obtained, options: LoadOptions, under: Under): Promise<DomainHandle> {
    const { kernel, host, admission, events, delivery } = this.#parts;
    const name = options.name ?? leaf.name;
    refuseUngranted(leaf, options.grant ?? {}, name);
    const restart = restartOf(options.restart ?? {}, under.supervisor !== undefined);
    const limits = limitsOf(leaf, options.limits, admission.mostLimits);
    const powers = readPowers(options.globals ?? {}, options.profile);
    const granted = options.grant ?? {};
    const grants = grantsOf(granted, name, host.interfaces);
    host.addScript(name, leaf.sourceMap);
    // The program may drop a proxy that it grants before the kernel has read what was granted.
    const { references } = host.endpoint;
    const retained = Object.values(granted).map((proxy) => references.retain(proxies.holdOf(proxy as DomainProxy)));
    const reply = await host.control.load({ name, leaf, limits, grants, powers, restart, ...under }).finally(() => {
      for (const hold of retained) if (hold !== null) references.drop(hold);
    });
    if (!reply.ok) {
      const { code, message, stack } = reply.failure;
      const why = whyGrantDiffers(reply.failure, grants, host.interfaces, leaf.schemas);
      throw new LoadError(code, name, `${message}${why}`, host.mapStack(stack, name));
    }
    const handle = new DomainHandle({
      name,
      loaded: reply.loaded,
      leaf,
      restart,
      limits,
      provenance,
      words: host.words,
      interfaces: host.interfaces,
      control: host.control,
      keepAlive: (promise) => host.keepAliveFor(promise),
      onUnload: () => {
        delivery.remove(reply.loaded.program);
        publish('deciduous:unload', () => ({ kernel, domain: name, incarnation: handle.incarnation }));
      },
      upgrade: async (present, next, upgradeOptions) => {
        const upgraded = await upgradeProgram(host, admission.trust, { name, program: reply.loaded.program, granted, present }, next, upgradeOptions);
        events.emit('upgrade', {
          domain: name,
          incarnation: upgraded.loaded.incarnation,
          from: handle.provenance.version,
          to: upgraded.provenance.version,
        });
        return upgraded;
      },
    });
    delivery.add(reply.loaded.program, handle);
    return handle;
  }
}
