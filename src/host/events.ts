/** The kernel's events, typed. */
import { EventEmitter } from 'node:events';
import type TypedEmitter from 'typed-emitter';
import type { Epitaph } from '../abi/epitaph.js';

export interface LogLine {
  readonly domain: string;
  readonly level: string;
  readonly text: string;
  /** Lines of this domain that were dropped since the last one, because it exceeded its budget. */
  readonly dropped: number;
}

export type KernelEvents = {
  /** A domain died without having been asked to. */
  crash: (epitaph: Epitaph) => void;
  restart: (restarted: { readonly domain: string; readonly incarnation: number }) => void;
  /** A program crashed more often than its restart policy allows, and stays dead. */
  'give-up': (given: { readonly domain: string; readonly reason: string }) => void;
  /** A killed domain's thread does not stop; what it held stays quarantined. */
  condemned: (condemned: { readonly domain: string; readonly incarnation: number }) => void;
  log: (line: LogLine) => void;
};

export type KernelEmitter = TypedEmitter.default<KernelEvents>;

export function newEmitter(): KernelEmitter {
  return new EventEmitter() as KernelEmitter;
}
