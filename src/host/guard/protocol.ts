/**
 * What the host and the process of a guarded kernel say to each other. Data only.
 *
 * The host believes the code of that process and not its memory: what it hears is held to these shapes by src/host/guard/hearing.ts, values to their types by the codecs, and a
 * process that says anything else is ended.
 *
 *   names    whoever names a thing chooses its number: the host what it has bound (from 1 on), the process what came to it as a reference (from -1 down)
 *   schemas  are told once, before the first word that needs them
 *   answers  each `load`, `supervise`, `upgrade`, `build`, `ask`, `call` and `serve` has one
 */
import type { BootOptions } from '../boot-options.js';
import type { LoadOptions } from '../load-options.js';
import type { SupervisorOptions } from '../supervisor-options.js';
import type { UpgradeOptions } from '../upgrade.js';
import type { Leaf } from '../../abi/leaf.js';
import type { Limits } from '../../abi/limits.js';
import type { RpcErrorCode, CallStep, CrashCause, FaultDetails } from '../../abi/result.js';
import type { Schema } from '../../abi/schema.js';
import type { Copy, WireReference } from './copies.js';

/** More than a leaf or a value that is worth copying has. Who would say more is refused, who says more is ended. */
export const MOST_MESSAGE_BYTES = 64 * 2 ** 20;

/** Something that the host can name in every process anew. */
export type Binding =
  | { readonly kind: 'kernel'; readonly name: 'log' | 'clock' | 'vitals' | 'alarms' | 'watch' }
  | { readonly kind: 'lock'; readonly name: string }
  | { readonly kind: 'export'; readonly exported: number; readonly isRevoked: boolean; readonly schema: number; readonly name: string }
  /** `life`: the one that it leads to; null for all. */
  | {
      readonly kind: 'program';
      readonly program: number;
      readonly life: number | null;
      readonly schema: number;
      readonly name: string;
      readonly isShadow: boolean;
      readonly as: string | null;
    };

/** A program to be loaded. Its options without the grants. */
export interface WireLoad {
  readonly program: number;
  readonly leaf: Leaf;
  readonly options: Omit<LoadOptions, 'grant'>;
  readonly grants: { readonly [name: string]: WireReference };
  readonly livesBefore: number;
  /** The number of the supervisor that it stands under; null where it stands by itself. */
  readonly supervisor: number | null;
}

export interface WireSupervisor {
  readonly supervisor: number;
  readonly parent: number | null;
  readonly options: Omit<SupervisorOptions, 'parent'>;
}

/** What a loaded program is like. */
export interface WireLoaded {
  readonly incarnation: number;
  readonly limits: Limits;
  readonly provides: { readonly [name: string]: { readonly interfaceName: string; readonly interfaceId: string } };
}

export type Question =
  | { readonly about: 'kernel'; readonly what: 'stats' | 'audit' | 'trace' | 'close' }
  /** `refused`: loads of which the host has heard that they were refused, in whatever process or by the host itself, by reason. */
  | { readonly about: 'kernel'; readonly what: 'metrics'; readonly refused: ReadonlyMap<string, number> }
  | { readonly about: 'program'; readonly what: 'ready' | 'kill' | 'unload'; readonly program: number }
  | { readonly about: 'limits'; readonly program: number; readonly limits: Partial<Limits> }
  /** `members`: the numbers of all that stands under it. */
  | { readonly about: 'supervisor'; readonly what: 'unload'; readonly supervisor: number; readonly members: readonly number[] };

/** Options of `boot()` that the process needs. Trust is the host's own affair. */
export type WireBoot = Pick<BootOptions, 'sharedHeapBytes' | 'spares' | 'checks' | 'trace' | 'mostLimits'>;

export type FromHost =
  | { readonly op: 'boot'; readonly id: number; readonly options: WireBoot }
  | { readonly op: 'schema'; readonly number: number; readonly schema: Schema }
  | { readonly op: 'bind'; readonly number: number; readonly binding: Binding }
  | { readonly op: 'unbind'; readonly number: number }
  | { readonly op: 'revoke'; readonly exported: number }
  /** Nobody holds it any more, and the host will pass it under this number no more. */
  | { readonly op: 'forget'; readonly exported: number }
  | { readonly op: 'build'; readonly id: number; readonly path: string; readonly file: string; readonly name: string }
  | { readonly op: 'load'; readonly id: number; readonly load: WireLoad }
  | { readonly op: 'supervise'; readonly id: number; readonly wanted: WireSupervisor }
  | { readonly op: 'upgrade'; readonly id: number; readonly program: number; readonly leaf: Leaf; readonly options: UpgradeOptions }
  | { readonly op: 'ask'; readonly id: number; readonly question: Question }
  | {
      readonly op: 'call';
      readonly id: number;
      readonly target: number;
      readonly method: number;
      readonly args: Copy;
      readonly timeoutMs: number | undefined;
      readonly isAborted: boolean;
    }
  | { readonly op: 'cancel'; readonly id: number }
  | { readonly op: 'answer'; readonly id: number; readonly result: Copy | null; readonly error: string }
  | { readonly op: 'ping' };

/** An error that a request ends with, as it is made again on the other side. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Of a LoadError. */
  readonly extension?: string;
  readonly code?: string;
  readonly reason?: string;
}

/** An RpcError, as it is made again on the other side. */
export interface WireFault {
  readonly code: RpcErrorCode;
  readonly started: boolean;
  readonly blame: 'caller' | 'callee' | 'neither';
  readonly cause?: CrashCause | undefined;
  readonly domain?: string | undefined;
  readonly incarnation?: number | undefined;
  readonly method?: string | undefined;
  readonly detail?: string | undefined;
  readonly details?: FaultDetails | undefined;
  readonly stack?: string | undefined;
  readonly through?: readonly CallStep[] | undefined;
  readonly starts?: number | undefined;
}

/** What has become of a program. */
export interface WireLife {
  readonly program: number;
  readonly incarnation: number;
  readonly isLive: boolean;
  /** Why there will be no further life; null as long as there may be one. */
  readonly staysDead: string | null;
}

export type WireEvent = 'crash' | 'restart' | 'exit' | 'give-up' | 'supervisor' | 'condemned' | 'log';

export type FromKernel =
  | { readonly op: 'done'; readonly id: number; readonly value: unknown }
  | { readonly op: 'failed'; readonly id: number; readonly error: WireError }
  | { readonly op: 'outcome'; readonly id: number; readonly result: Copy | null; readonly fault: WireFault | null }
  | { readonly op: 'serve'; readonly id: number; readonly exported: number; readonly method: number; readonly args: Copy }
  /** `passes`: how often it had come. The host may have passed it again meanwhile. */
  | { readonly op: 'released'; readonly exported: number; readonly passes: number }
  | { readonly op: 'event'; readonly event: WireEvent; readonly data: object }
  | { readonly op: 'life'; readonly life: WireLife }
  | { readonly op: 'pong' };
