/** What the kernel itself provides to domains: a log, a clock and a view of itself, as ordinary interfaces. A domain has them where the host grants them. */
import { KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import { Clock, type ClockImpl } from '../interfaces/generated/clock.js';
import { Kernel, type KernelImpl, type VitalsValue } from '../interfaces/generated/kernel.js';
import { Lock } from '../interfaces/generated/lock.js';
import { Log, type LogImpl } from '../interfaces/generated/log.js';
import type { Endpoint } from '../proxy/endpoint.js';
import type { Interfaces } from '../proxy/proxies.js';
import { Locks } from './locks.js';
import type { Resources } from './resources.js';
import { ServedCall } from './served-call.js';

/** Export numbers of the kernel's interfaces, in the order in which they are provided. */
export const KERNEL_EXPORTS = { log: 0, clock: 1, vitals: 2 } as const;
export const KERNEL_INTERFACES = { log: Log, clock: Clock, vitals: Kernel } as const;

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
  /** To be called in every tick. */
  look(now: number): void;
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
  for (const [token, implementation, number] of [
    [Log, log, KERNEL_EXPORTS.log],
    [Clock, clock, KERNEL_EXPORTS.clock],
    [Kernel, kernel, KERNEL_EXPORTS.vitals],
  ] as const) {
    if (interfaces.provide(token.name, token.schema, implementation) !== number) throw new Error(`${token.name} must be the kernel's export ${number}`);
  }
  const current = (): ServedCall => ServedCall.current(endpoint);
  const locks = new Locks({
    resources: sources.resources,
    current,
    holder: (domain) => ({ name: sources.nameOf(domain), incarnation: sources.incarnationOf(domain) }),
    provide: (lock) => interfaces.provide(Lock.name, Lock.schema, lock),
  });
  return { locks, look: (now) => locks.look(now) };
}
