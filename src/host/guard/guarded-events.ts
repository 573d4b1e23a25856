/** The events of a guarded kernel: those of its domains, and those of its process. */
import { EventEmitter } from 'node:events';
import type TypedEmitter from 'typed-emitter';
import type { Epitaph } from '../../abi/epitaph.js';
import { type DiagnosticMessages, publish } from '../diagnostics.js';
import type { GivenUp, KernelEvents, SupervisorNews } from '../events.js';
import type { WireEvent } from './protocol.js';

/** A process of the kernel ended without having been asked to, and all its domains with it. */
export interface KernelCrash {
  /** Which process, from 1. */
  readonly process: number;
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** What ended it, in words. */
  readonly reason: string;
  /** What was under way: calls as `domain Interface.method`, loads. Who is at fault is not known. */
  readonly running: readonly string[];
  /** The last of what it wrote to its standard error: V8 says there why it aborts. */
  readonly said: string;
  readonly next: 'restart' | 'give-up';
  /** How long it waits before the next process is started; 0 where none is. */
  readonly backoffMs: number;
}

/** Another process serves, with the domains of the one before. */
export interface KernelRestart {
  readonly process: number;
  readonly pid: number;
  /** Those that live again. What could not be loaded again has its own `give-up`. */
  readonly domains: readonly string[];
  /** Since the end of the one before. */
  readonly afterMs: number;
}

export type GuardedEvents = KernelEvents & {
  'kernel-crash': (crash: KernelCrash) => void;
  'kernel-restart': (restart: KernelRestart) => void;
  /** The process ended more often than the guard's policy allows: every call answers `KernelDied` from now on. */
  'kernel-give-up': (given: { readonly reason: string }) => void;
};

export type GuardedEmitter = TypedEmitter.default<GuardedEvents>;

export function newGuardedEmitter(): GuardedEmitter {
  return new EventEmitter() as GuardedEmitter;
}

/** Tells the channels of `node:diagnostics_channel` in this process what the kernel's process has told. */
export function publishEvent(kernel: object, event: WireEvent, data: object): void {
  switch (event) {
    case 'crash': {
      const epitaph = data as Epitaph;
      const { domain, incarnation } = epitaph;
      return publish('deciduous:crash', () => ({ kernel, domain, incarnation, epitaph }));
    }
    case 'restart':
      return publish('deciduous:restart', () => ({ kernel, ...(data as Omit<DiagnosticMessages['deciduous:restart'], 'kernel'>) }));
    case 'exit': {
      const { domain, incarnation, next } = data as Epitaph;
      return publish('deciduous:exit', () => ({ kernel, domain, incarnation, next }));
    }
    case 'give-up':
      return publish('deciduous:give-up', () => ({ kernel, ...(data as GivenUp) }));
    case 'supervisor':
      return publish('deciduous:supervisor', () => ({ kernel, ...(data as SupervisorNews) }));
    case 'condemned':
      return publish('deciduous:condemned', () => ({ kernel, ...(data as Omit<DiagnosticMessages['deciduous:condemned'], 'kernel'>) }));
    case 'log':
  }
}

/** Tells listeners in a moment, in the order of the events: what they throw is the program's own affair, and nothing here stops at it. */
export function tell<Event extends keyof GuardedEvents>(events: GuardedEmitter, event: Event, ...data: Parameters<GuardedEvents[Event]>): void {
  queueMicrotask(() => events.emit(event, ...data));
}
