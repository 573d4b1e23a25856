/**
 * What the host's numbers stand for in the process of a guarded kernel: proxies, made when they are first needed.
 *
 *   from 1 on     what the host has bound: the kernel's own interfaces, locks, what the host provides, what programs provide
 *   from -1 down  references that came to this process in a call or with a result, until the host lets go of them
 */
import type { InterfaceDef, Schema } from '../../../abi/schema.js';
import { interfaceToken, shadowToken } from '../../../abi/schema-tokens.js';
import { Lock } from '../../../interfaces/generated/lock.js';
import { KERNEL_INTERFACES } from '../../../microkernel/services.js';
import type { DomainHandle } from '../../domain-handle.js';
import type { KernelHandle } from '../../kernel-handle.js';
import type { Binding } from '../protocol.js';
import type { Relays } from './relays.js';

/** A proxy as trusted code uses it: by names that a schema says. */
export interface AnyProxy {
  readonly async: { readonly [method: string]: (...args: unknown[]) => Promise<unknown> };
  drop(): void;
}

export interface Bound {
  readonly def: InterfaceDef;
  readonly schema: Schema;
  /** The callee's name. */
  readonly label: string;
  /** Null where there is nothing that it could lead to, now or ever. */
  proxy(): AnyProxy | null;
}

/** Lives of which each has taken over from the one before, by an upgrade. */
export interface Succession {
  readonly from: number;
  readonly to: number;
}

export class Bindings {
  readonly #kernel: KernelHandle;
  readonly #programs: ReadonlyMap<number, DomainHandle>;
  readonly #upgraded: ReadonlyMap<number, Succession>;
  readonly #relays: Relays;
  readonly #schemas: readonly Schema[];
  readonly #bound = new Map<number, Bound>();
  #lastReceived = 0;
  /** Locks that are being made: calls wait for that. */
  readonly pending = new Set<Promise<void>>();

  constructor(
    kernel: KernelHandle,
    programs: ReadonlyMap<number, DomainHandle>,
    upgraded: ReadonlyMap<number, Succession>,
    relays: Relays,
    schemas: readonly Schema[],
  ) {
    this.#kernel = kernel;
    this.#programs = programs;
    this.#upgraded = upgraded;
    this.#relays = relays;
    this.#schemas = schemas;
  }

  get(number: number): Bound | undefined {
    return this.#bound.get(number);
  }

  bind(number: number, binding: Binding): void {
    this.#bound.set(number, this.#made(binding));
  }

  /** A reference that has come; the host hears of it by the number. */
  receive(proxy: AnyProxy, def: InterfaceDef, schema: Schema): number {
    const number = --this.#lastReceived;
    this.#bound.set(number, { def, schema, label: 'a reference', proxy: () => proxy });
    return number;
  }

  unbind(number: number): void {
    const bound = this.#bound.get(number);
    this.#bound.delete(number);
    if (bound !== undefined && number < 0) bound.proxy()?.drop();
  }

  #made(binding: Binding): Bound {
    switch (binding.kind) {
      case 'kernel': {
        const token = KERNEL_INTERFACES[binding.name];
        const proxy = this.#kernel[binding.name] as AnyProxy;
        return bound(token.schema, token.name, 'kernel', () => proxy);
      }
      case 'lock': {
        let proxy: AnyProxy | null = null;
        const made = this.#kernel.lock(binding.name).then((lock) => {
          proxy = lock as unknown as AnyProxy;
          this.pending.delete(made);
        });
        this.pending.add(made);
        return bound(Lock.schema, Lock.name, 'kernel', () => proxy);
      }
      case 'export': {
        const { exported, name } = binding;
        const schema = this.#schemas[binding.schema];
        const proxy = this.#kernel.provide(interfaceToken<AnyProxy, object>(schema, name), this.#relays.provided(exported, name, schema));
        if (binding.isRevoked) this.#kernel.revoke(proxy);
        return bound(schema, name, 'host', () => proxy);
      }
      case 'program':
        return this.#ofProgram(binding);
    }
  }

  #ofProgram({ program, life, schema: number, name, isShadow, as }: Extract<Binding, { kind: 'program' }>): Bound {
    const schema = this.#schemas[number];
    const token = isShadow ? shadowToken<AnyProxy>(schema, name) : interfaceToken<AnyProxy, object>(schema, name);
    let proxy: AnyProxy | null = null;
    const find = (): AnyProxy | null => {
      const handle = this.#programs.get(program);
      if (proxy === null && handle !== undefined && (life === null || this.#isNow(program, handle, life))) proxy = handle.get(token, as ?? undefined);
      return proxy;
    };
    // Of one life now or never: later it may be over, and what `get` answers leads to the next.
    if (life === null) return bound(schema, name, this.#programs.get(program)?.name ?? '', find);
    const found = find();
    return bound(schema, name, this.#programs.get(program)?.name ?? '', () => found);
  }

  /** Whether a life goes on, as itself or in a version that has taken over from it: the host may not have heard of that yet. */
  #isNow(program: number, { incarnation }: DomainHandle, life: number): boolean {
    const succession = this.#upgraded.get(program);
    return incarnation === life || (incarnation === succession?.to && life >= succession.from);
  }
}

function bound(schema: Schema, name: string, label: string, proxy: () => AnyProxy | null): Bound {
  return { def: schema.interfaces[name], schema, label, proxy };
}
