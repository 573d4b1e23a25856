/** What kernel and domain say to each other over the control port. Data only; the words of shared memory are in src/abi. */
import type { SharedMemory } from './atomics.js';
import type { Line } from './binding.js';
import type { DomainId } from './domain-id.js';
import type { Leaf } from './leaf.js';
import type { Limits } from './limits.js';
import type { GrantedPowers } from './powers.js';

/** What is posted to a thread: the memories, and how many pages the heap has. */
export interface SharedHandles {
  readonly control: SharedMemory;
  readonly heap: SharedMemory;
  /** Null where nobody asked for a trace. */
  readonly trace: SharedMemory | null;
  readonly pages: number;
}

/** A capability on its way to a domain. */
export interface Grant {
  readonly interfaceName: string;
  readonly interfaceId: string;
  /** The ids of older interfaces, which have its first methods and no others: it may be imported as any of them. */
  readonly olderIds: readonly string[];
  /** The provider: one life, or whatever life a binding names. */
  readonly provider: DomainId;
  readonly binding: number | null;
  /** Of what leads to one life of a program: which one. Absent where the provider has one life. */
  readonly line?: Line;
  readonly exported: number;
  readonly label: string;
}

/** What a life is told of a medium; the rest stands in its words (medium-layout.ts). */
export interface MediumOrder {
  readonly name: string;
  readonly typeId: string;
  /** Its first word in the control block. */
  readonly at: number;
  /** Why what the last life had there was not kept. */
  readonly lost: string | null;
}

/** What a thread has to know of a life before it begins. */
export interface Preparation {
  readonly shared: SharedHandles;
  readonly id: DomainId;
  readonly name: string;
  readonly leaf: Leaf;
  readonly limits: Limits;
  readonly powers: GrantedPowers;
  readonly paranoid: boolean;
}

/** What is known when it begins. */
export interface Beginning {
  readonly incarnation: number;
  readonly limits: Limits;
  readonly grants: { readonly [name: string]: Grant };
  readonly media: readonly MediumOrder[];
  /** The export numbers that earlier versions of the program have given to names of what it provides. */
  readonly numbers: { readonly [name: string]: number };
}

export interface ProvidedInterface {
  readonly interfaceName: string;
  readonly interfaceId: string;
  readonly exported: number;
}

/** Why a load failed, as data. `code` is an RpcErrorCode. */
export interface LoadFailure {
  readonly code: string;
  readonly message: string;
  readonly stack: string;
  /** Where what was granted is not what the domain imports: under which name, and which interface it wants, by its id. */
  readonly mismatch?: { readonly grant: string; readonly interfaceId: string };
}

export type LoadAnswer =
  | { readonly ok: true; readonly provides: { readonly [name: string]: ProvidedInterface } }
  | { readonly ok: false; readonly failure: LoadFailure };

/** What a life begins no more, while another is to take over: calls, but for what a call of its own leads to; or everything, timers and outcomes of calls included, so that it is ended between two turns and not in the middle of one. */
export type Resting = 'nothing' | 'calls' | 'everything';

/** What a domain's thread exposes to the kernel. */
export interface DomainControl {
  /** Reads the program, and runs nothing of it. Rejects where its code is not what the trusted build makes. */
  prepare(preparation: Preparation): void;
  /** `preparation`: null where the thread is prepared. */
  load(preparation: Preparation | null, beginning: Beginning): Promise<LoadAnswer>;
  setLimits(limits: Limits): void;
  /** What V8 has compiled of the thread's modules so far: other threads start with it. */
  codeCache(): Uint8Array;
  /** From its answer on, nothing of this is begun. */
  rest(what: Resting): void;
  /** What only this thread can say of the heap: whether its private lists and handles agree with the shared words. */
  check(): readonly { readonly invariant: string; readonly detail: string }[];
}

/** What a domain tells the kernel unasked. */
export type DomainNotice = { readonly notice: 'ready' } | { readonly notice: 'log'; readonly level: string; readonly text: string; readonly dropped: number };
