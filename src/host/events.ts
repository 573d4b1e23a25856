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

export interface GivenUp {
  /** Whose end was one too many: a domain, or a supervisor that had given up itself. */
  readonly domain: string;
  /** All that stay dead, in the order of their start. */
  readonly domains: readonly string[];
  /** Who gives up; null where it is the restart policy of one program. */
  readonly supervisor: string | null;
  /** The names from the root down to that supervisor. */
  readonly path: readonly string[];
  readonly reason: string;
}

export interface SupervisorNews {
  readonly supervisor: string;
  readonly path: readonly string[];
  readonly did: 'restart' | 'escalate';
  /** The child that has ended. */
  readonly because: string;
  /** Those that are stopped and started, in the order of their start. */
  readonly children: readonly string[];
  readonly reason: string;
}

export type KernelEvents = {
  /** A domain died without having been asked to. */
  crash: (epitaph: Epitaph) => void;
  /** A new version of a program has taken over from the one before. The versions are those of the manifests. */
  upgrade: (upgraded: { readonly domain: string; readonly incarnation: number; readonly from: number | null; readonly to: number | null }) => void;
  /** `downMs`: from the decision that the life before was dead. */
  restart: (restarted: { readonly domain: string; readonly incarnation: number; readonly downMs: number }) => void;
  /** A domain ended its life by itself, as it may. */
  exit: (epitaph: Epitaph) => void;
  /** There were more restarts than the policy allows, and nobody is left who would start again what stays dead. Once for all of it. */
  'give-up': (given: GivenUp) => void;
  /** A supervisor that `supervise()` made restarts children, or has given up to its parent, which decides what follows. */
  supervisor: (news: SupervisorNews) => void;
  /** A killed domain's thread does not stop; what it held stays quarantined. */
  condemned: (condemned: { readonly domain: string; readonly incarnation: number }) => void;
  log: (line: LogLine) => void;
};

export type KernelEmitter = TypedEmitter.default<KernelEvents>;

export function newEmitter(): KernelEmitter {
  return new EventEmitter() as KernelEmitter;
}
