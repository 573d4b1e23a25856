/** Programs and supervisors, as far as they are the same whether their kernel runs in this process or in one of its own. */
import type { Leaf } from '../../abi/leaf.js';
import type { Limits } from '../../abi/limits.js';
import type { InterfaceToken } from '../../abi/schema-tokens.js';
import type { Provenance } from '../extension-source.js';
import type { LoadOptions } from '../load-options.js';
import type { UpgradeOptions } from '../upgrade.js';

/** A proxy without its blocking methods. */
export type Asynchronous<Proxy> = Pick<Proxy, Extract<keyof Proxy, 'async' | 'drop' | typeof Symbol.dispose>>;

/** A loaded program: `DomainHandle`, or its like of a guarded kernel. */
export interface AsyncDomain {
  readonly name: string;
  readonly incarnation: number;
  readonly isLive: boolean;
  readonly staysDead: string | null;
  readonly provenance: Provenance;
  readonly limits: Limits;
  readonly provided: { readonly [as: string]: InterfaceToken<object, never> };
  get<Proxy, Impl>(token: InterfaceToken<Proxy, Impl>, as?: string): Asynchronous<Proxy>;
  ready(): Promise<void>;
  setLimits(limits: Partial<Limits>): Promise<void>;
  upgrade(extension: string | Uint8Array | Leaf, options?: UpgradeOptions): Promise<void>;
  kill(): Promise<void>;
  unload(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What `supervise()` answers: `SupervisorHandle`, or its like of a guarded kernel. */
export interface AsyncSupervisor {
  readonly name: string;
  readonly path: readonly string[];
  load(extension: string | Uint8Array | Leaf, options?: LoadOptions): Promise<AsyncDomain>;
  unload(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
