/** What the kernel's thread tells of programs and supervisors, brought to whom it concerns: handles, listeners, channels. */
import type { KernelEvent } from '../abi/kernel-protocol.js';
import { publish } from './diagnostics.js';
import type { DomainHandle } from './domain-handle.js';
import type { KernelEmitter } from './events.js';

export interface DeliveryParts {
  readonly kernel: object;
  readonly events: KernelEmitter;
  /** A stack of a domain, as positions of its sources. */
  readonly mapStack: (stack: string, domain: string) => string;
  /** Notes how long a program was without a life. */
  readonly restarted: (downMs: number) => void;
}

export class EventDelivery {
  readonly #parts: DeliveryParts;
  readonly #programs = new Map<number, DomainHandle>();
  /** Events that came before load() had returned the handle that they are about. */
  readonly #early = new Map<number, KernelEvent[]>();
  /** Programs are numbered in the order of their loads. */
  #lastLoaded = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** From here on a program's events have somebody to go to. */
  add(program: number, handle: DomainHandle): void {
    this.#programs.set(program, handle);
    this.#lastLoaded = Math.max(this.#lastLoaded, program);
    for (const event of this.#early.get(program) ?? []) this.#deliver(event);
    this.#early.delete(program);
  }

  remove(program: number): void {
    this.#programs.delete(program);
  }

  /** Programs were unloaded with their supervisor. What the kernel told of them before may be heard after its answer, or never. */
  unloaded(programs: readonly number[]): void {
    for (const program of programs) this.#programs.get(program)?.unloadedWithOthers();
  }

  /** What the kernel tells, in its order. */
  receive(event: KernelEvent): void {
    // What happened to a program that is gone by now is told all the same; and a thread that does not stop may be that of a load that has failed, of which nobody gets a handle.
    if (!('program' in event) || event.event === 'condemned' || event.program <= this.#lastLoaded) return this.#deliver(event);
    const early = this.#early.get(event.program);
    if (early) early.push(event);
    else this.#early.set(event.program, [event]);
  }

  #deliver(event: KernelEvent): void {
    const { kernel } = this.#parts;
    switch (event.event) {
      case 'crash': {
        const handle = this.#programs.get(event.program);
        if (event.epitaph.next === 'none' && event.wasReplaced !== true) handle?.stayedDead('it crashed, and its restart policy is never');
        const epitaph = { ...event.epitaph, stack: this.#parts.mapStack(event.epitaph.stack, event.epitaph.domain) };
        const { domain, incarnation } = epitaph;
        publish('deciduous:crash', () => ({ kernel, domain, incarnation, epitaph }));
        this.#parts.events.emit('crash', epitaph);
        return;
      }
      case 'restart': {
        const { loaded, downMs } = event;
        const handle = this.#programs.get(event.program);
        handle?.restarted(loaded);
        this.#parts.restarted(downMs);
        const restarted = { domain: handle?.name ?? '', incarnation: loaded.incarnation, downMs };
        publish('deciduous:restart', () => ({ kernel, ...restarted }));
        this.#parts.events.emit('restart', restarted);
        return;
      }
      case 'exit': {
        const { domain, incarnation, next } = event.epitaph;
        if (next === 'none') this.#programs.get(event.program)?.stayedDead('it ended its life by itself');
        publish('deciduous:exit', () => ({ kernel, domain, incarnation, next }));
        this.#parts.events.emit('exit', { ...event.epitaph, stack: this.#parts.mapStack(event.epitaph.stack, domain) });
        return;
      }
      case 'stays-dead':
        this.#programs.get(event.program)?.stayedDead(event.reason);
        return;
      case 'give-up': {
        const { domain, domains, supervisor, path, reason } = event;
        const given = { domain, domains, supervisor, path, reason };
        publish('deciduous:give-up', () => ({ kernel, ...given }));
        this.#parts.events.emit('give-up', given);
        return;
      }
      case 'supervisor': {
        const { supervisor, path, did, because, children, reason } = event;
        const news = { supervisor, path, did, because, children, reason };
        publish('deciduous:supervisor', () => ({ kernel, ...news }));
        this.#parts.events.emit('supervisor', news);
        return;
      }
      case 'condemned':
        this.#programs.get(event.program)?.condemned();
        publish('deciduous:condemned', () => ({ kernel, domain: event.domain, incarnation: event.incarnation }));
        this.#parts.events.emit('condemned', { domain: event.domain, incarnation: event.incarnation });
        return;
      case 'log':
        this.#parts.events.emit('log', { domain: event.domain, level: event.level, text: event.text, dropped: event.dropped });
    }
  }
}
