/** What the kernel itself provides to domains: a log, a clock, a view of itself, alarms, reports of deaths and locks, as ordinary interfaces. A domain has them where the host grants them. */
import { KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import { Alarms, Clock, type ClockImpl } from '../interfaces/generated/clock.js';
import { Kernel, type KernelImpl, type VitalsValue, Watch } from '../interfaces/generated/kernel.js';
import { Lock } from '../interfaces/generated/lock.js';
import { Log, type LogImpl } from '../interfaces/generated/log.js';
import type { Endpoint } from '../proxy/endpoint.js';
import type { Interfaces } from '../proxy/proxies.js';
import { KernelAlarms } from './alarms.js';
import { Locks } from './locks.js';
import type { Resources } from './resources.js';
import { ServedCall } from './served-call.js';
import { Watchers } from './watchers.js';

/** Export numbers of the kernel's interfaces, in the order in which they are provided. */
export const KERNEL_EXPORTS = { log: 0, clock: 1, vitals: 2, alarms: 3, watch: 4 } as const;
export const KERNEL_INTERFACES = { log: Log, clock: Clock, vitals: Kernel, alarms: Alarms, watch: Watch } as const;

const LONGEST_LINE = 8192;

/** What the services need of the kernel. */
export interface ServiceSources {
  log(domain: DomainId, level: string, text: string): void;
  vitals(): VitalsValue;
  nameOf(domain: DomainId): string;
  /** Which life of its program a domain is, as events count them. */
  incarnationOf(domain: DomainId): number;
  readonly resources: Resources;
}

export interface Services {
  readonly locks: Locks;
  readonly watchers: Watchers;
  /** To be called in every tick. */
  look(now: number): void;
  /** Whether nothing waits for a tick. */
  isQuiet(): boolean;
}

export function provideServices(interfaces: Interfaces, endpoint: Endpoint, sources: ServiceSources): Services {
  const caller = (): DomainId => endpoint.serving?.caller ?? KERNEL_ID;
  const log: LogImpl = {
    write(level, text) {
      sources.log(caller(), level, text.slice(0, LONGEST_LINE));
    },
  };
  // The time of day, not the common clock of deadlines, which counts from another moment.
  const clock: ClockImpl = { now: () => Date.now() };
  const kernel: KernelImpl = { vitals: () => sources.vitals(), whoAmI: () => sources.nameOf(caller()) };
  const current = (): ServedCall => ServedCall.current(endpoint);
  const alarms = new KernelAlarms(sources.resources, current);
  const watchers = new Watchers(sources.resources, current);
  for (const [token, implementation, number] of [
    [Log, log, KERNEL_EXPORTS.log],
    [Clock, clock, KERNEL_EXPORTS.clock],
    [Kernel, kernel, KERNEL_EXPORTS.vitals],
    [Alarms, alarms, KERNEL_EXPORTS.alarms],
    [Watch, watchers, KERNEL_EXPORTS.watch],
  ] as const) {
    if (interfaces.provide(token.name, token.schema, implementation) !== number) throw new Error(`${token.name} must be the kernel's export ${number}`);
  }
  const locks = new Locks({
    resources: sources.resources,
    current,
    holder: (domain) => ({ name: sources.nameOf(domain), incarnation: sources.incarnationOf(domain) }),
    provide: (lock) => interfaces.provide(Lock.name, Lock.schema, lock),
  });
  const look = (now: number): void => {
    locks.look(now);
    alarms.look(now);
  };
  return { locks, watchers, look, isQuiet: () => alarms.isQuiet && locks.isQuiet };
}
