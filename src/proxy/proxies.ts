/** The interfaces that one thread knows: it makes their proxies, serves their implementations, and says what travels for a reference to either. */
import type { DomainId } from '../abi/domain-id.js';
import type { InterfaceDef, Schema } from '../abi/schema.js';
import type { StagedReference } from '../shared-heap/types/staging.js';
import { describe, InvalidType, LifetimeViolation, PermissionDenied } from '../shared-heap/faults.js';
import { orRevoked } from '../shared-heap/handles/revoked-proxy.js';
import { readName } from './domain-names.js';
import type { Endpoint } from './endpoint.js';
import { MethodRuntime } from './method-runtime.js';
import type { CallTarget } from './pending-call.js';
import { type DomainProxy, proxies, proxyClass, type ProxyMaker } from './proxy-class.js';
import type { Hold } from './references.js';

interface InterfaceRuntime {
  readonly def: InterfaceDef;
  readonly methods: readonly MethodRuntime[];
  readonly make: ProxyMaker;
  /** Of shadows; null before the first. */
  makeShadow: ProxyMaker | null;
}

/** An implementation lacks methods. No extension gets to see one, so it is what it says. */
class IncompleteImplementation extends TypeError {
  readonly #isOwn = true;
  static is(error: unknown): error is IncompleteImplementation {
    return typeof error === 'object' && error !== null && #isOwn in error;
  }
}

export class Interfaces {
  readonly #endpoint: Endpoint;
  readonly #known = new Map<string, InterfaceRuntime>();
  readonly #byDefinition = new WeakMap<InterfaceDef, InterfaceRuntime>();
  /** Where an interface is defined, by its id: two packages may use one name for different things. */
  readonly #schemas = new Map<string, { readonly schema: Schema; readonly name: string }>();

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** Throws a TypeError where the schema does not define the interface, or not with this id. */
  runtime(name: string, schema: Schema): InterfaceRuntime {
    const def = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name] : undefined;
    if (!def) throw new TypeError(`the schema of package ${schema.package} defines no interface ${name}`);
    const made = this.#byDefinition.get(def);
    if (made) return made;
    // What its methods promise is no part of the id, and each side of a program may have a definition of its own.
    const key = `${def.id} ${JSON.stringify(def.methods.map(({ deadlineMs, asyncOnly, idempotent }) => [deadlineMs, asyncOnly, idempotent]))}`;
    let runtime = this.#known.get(key);
    if (runtime === undefined) {
      this.#endpoint.registry.context(schema);
      const methods = MethodRuntime.all(def, schema, this.#endpoint.registry);
      runtime = { def, methods, make: proxyClass(def, methods, this.#endpoint), makeShadow: null };
      this.#known.set(key, runtime);
    }
    this.#byDefinition.set(def, runtime);
    for (const { id, name: reachable } of Object.values(schema.interfaces)) if (!this.#schemas.has(id)) this.#schemas.set(id, { schema, name: reachable });
    return runtime;
  }

  /** Where the interface of that id is defined, once something here has used it. */
  definition(id: string): { readonly schema: Schema; readonly name: string } | undefined {
    return this.#schemas.get(id);
  }

  /** A proxy for what `target` exports. `hold` ends with it; without one it holds nothing, so the export must be permanent. */
  proxy(name: string, schema: Schema, target: CallTarget, hold: Hold | null = null): DomainProxy {
    return this.runtime(name, schema).make(target, hold);
  }

  /** As `proxy`, of one that rides out the death of its provider where the target follows a program through its lives. */
  shadow(name: string, schema: Schema, target: CallTarget, hold: Hold | null = null): DomainProxy {
    const runtime = this.runtime(name, schema);
    runtime.makeShadow ??= proxyClass(runtime.def, runtime.methods, this.#endpoint, true);
    return runtime.makeShadow(target, hold);
  }

  /** A proxy for an interface reference that came in a use of a record. It holds the reference: the record does not any more. */
  received(id: string, provider: DomainId, exported: number, record: number, word: number): DomainProxy {
    const known = this.#schemas.get(id);
    if (!known) throw new TypeError(`nothing is known of an interface ${id}`);
    const hold = this.#endpoint.references.receive(provider, exported, record, word);
    const target = { label: readName(this.#endpoint.space.views, provider), exported, hold, resolve: () => provider, binding: null };
    return this.proxy(known.name, known.schema, target, hold);
  }

  /** Serves `implementation` as an interface for as long as this thread lives. Answers its export number. Throws a TypeError that names what is missing. */
  provide(name: string, schema: Schema, implementation: unknown, reserved?: number): number {
    return this.#export(name, schema, implementation, true, reserved);
  }

  #export(name: string, schema: Schema, implementation: unknown, isPermanent: boolean, reserved?: number): number {
    const { methods, def } = this.runtime(name, schema);
    if ((typeof implementation !== 'object' && typeof implementation !== 'function') || implementation === null) {
      throw new TypeError(`the implementation of ${name} must be an object, not ${describe(implementation)}`);
    }
    const functions = methods.map((method) => (implementation as { [method: string]: unknown })[method.name]);
    const missing = methods.filter((_, index) => typeof functions[index] !== 'function').map((method) => method.name);
    if (missing.length > 0) throw new IncompleteImplementation(`the implementation of ${def.name} lacks ${missing.join(', ')}`);
    return this.#endpoint.references.exports.add(def.id, methods, functions as ((...args: unknown[]) => unknown)[], implementation, isPermanent, reserved);
  }

  /**
   * What travels for an interface reference: a proxy is passed on, any other object becomes an export of this domain. What is staged must be passed or unstaged.
   * Throws InvalidType, LifetimeViolation for a proxy that was dropped, PermissionDenied for another one's that is @noForward, ResourceExhausted where too many exports are held.
   */
  stage(value: unknown, id: string, where: string): StagedReference {
    const known = this.#schemas.get(id);
    const name = known?.name ?? id;
    const proxyOf = proxies.interfaceIdOf(value);
    const { references, me } = this.#endpoint;
    if (proxyOf !== undefined) {
      if (proxyOf !== id) throw new InvalidType(`interface ${name}`, 'a proxy of another interface', where);
      const target = proxies.targetOf(value as DomainProxy);
      const provider = target.resolve();
      // Its provider gave it to this thread, and to nobody behind it.
      if (provider !== me && known?.schema.interfaces[known.name]?.noForward === true)
        throw new PermissionDenied(
          name,
          `${where} is a reference to ${name} of ${target.label}, which is @noForward: whoever received one may call it, and only ${target.label} may pass it on`,
        );
      if (provider === me) references.exports.stage(target.exported);
      return { provider, exported: target.exported, recheck: () => void proxies.targetOf(value as DomainProxy) };
    }
    if (known === undefined || typeof value !== 'object' || value === null) throw new InvalidType(`interface ${name}`, describe(value), where);
    const exported = references.exports.find(id, value) ?? this.#exportPassed(known, value, where);
    references.exports.stage(exported);
    return {
      provider: me,
      exported,
      recheck() {
        if (references.exports.isRevoked(exported)) throw new LifetimeViolation(`${where} was revoked while it was passed`);
      },
    };
  }

  #exportPassed({ name, schema }: { readonly name: string; readonly schema: Schema }, value: object, where: string): number {
    try {
      return this.#export(name, schema, value, false);
    } catch (error) {
      // Of a TypeError that a getter threw nothing is asked: it is the extension's own.
      if (IncompleteImplementation.is(error)) throw new InvalidType(`interface ${name}`, error.message, where);
      throw orRevoked(error, value, `interface ${name}`, where);
    }
  }

  /**
   * Takes back what this thread gave out: calls through any reference to it are refused from now on. `value` is the implementation, or a proxy that leads to it. Repeatable; what was never given out has nothing to take back.
   * Throws a TypeError for what is no object, or is another domain's.
   */
  revoke(value: unknown): void {
    const { references, me } = this.#endpoint;
    if (proxies.interfaceIdOf(value) !== undefined) {
      const target = proxies.targetOf(value as DomainProxy);
      if (target.resolve() !== me) throw new TypeError(`revoke() takes back what one provides oneself, and this leads to ${target.label}`);
      return references.exports.revoke(target.exported);
    }
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
      throw new TypeError(`revoke() takes an implementation, or a proxy that leads to it, not ${describe(value)}`);
    references.exports.revokeAll(value);
  }
}
