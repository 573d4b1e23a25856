/** The interfaces that a guarded kernel's host knows: it makes their proxies, and says what may be passed as a reference to one. */
import type { InterfaceDef, Schema } from '../../abi/schema.js';
import { MethodRuntime } from '../../proxy/method-runtime.js';
import { describe, InvalidType } from '../../shared-heap/faults.js';
import type { StagedReference } from '../../shared-heap/types/staging.js';
import type { TypeRegistry } from '../../shared-heap/types/type-registry.js';
import { type GuardedInterface, type GuardedProxy, guardedProxies, guardedProxyClass, type Issue, type RefuseSurplus } from './guarded-proxy.js';
import type { Target } from './target.js';

/** What is staged here is checked and no more: what travels is found when the value is copied. */
const STAGED: StagedReference = Object.freeze({ provider: 0, exported: 0, recheck: () => {} });

export class GuardedInterfaces {
  readonly #registry: () => TypeRegistry;
  readonly #known = new Map<InterfaceDef, { readonly of: GuardedInterface; readonly make: (target: Target) => GuardedProxy }>();
  readonly #byId = new Map<string, { readonly name: string; readonly schema: Schema }>();
  /** A proxy that is lost is let go of. */
  readonly #lost = new FinalizationRegistry<Target>((target) => target.letGo());
  issue: Issue = () => Promise.reject(new TypeError('this kernel issues no calls yet'));
  refuseSurplus: RefuseSurplus = () => {
    throw new TypeError('this kernel issues no calls yet');
  };

  constructor(registry: () => TypeRegistry) {
    this.#registry = registry;
  }

  #entry(name: string, schema: Schema): { readonly of: GuardedInterface; readonly make: (target: Target) => GuardedProxy } {
    const def = Object.hasOwn(schema.interfaces, name) ? schema.interfaces[name] : undefined;
    if (def === undefined) throw new TypeError(`the schema of package ${schema.package} defines no interface ${name}`);
    const known = this.#known.get(def);
    if (known !== undefined) return known;
    const registry = this.#registry();
    registry.context(schema);
    const of: GuardedInterface = { def, schema, methods: MethodRuntime.all(def, schema, registry) };
    const make = guardedProxyClass(
      of,
      (...call) => this.issue(...call),
      (...refused) => this.refuseSurplus(...refused),
    );
    this.#known.set(def, { of, make });
    for (const each of Object.values(schema.interfaces)) if (!this.#byId.has(each.id)) this.#byId.set(each.id, { name: each.name, schema });
    return { of, make };
  }

  /** Throws a TypeError where the schema does not define the interface, or not with this id. */
  of(name: string, schema: Schema): GuardedInterface {
    return this.#entry(name, schema).of;
  }

  proxy(name: string, schema: Schema, target: Target): GuardedProxy {
    const proxy = this.#entry(name, schema).make(target);
    this.#lost.register(proxy, target);
    return proxy;
  }

  /** Whether a value may be passed as an interface reference: a proxy of it, or an implementation. Throws InvalidType, and LifetimeViolation for a proxy that was dropped. */
  readonly stage = (value: unknown, id: string, where: string): StagedReference => {
    const known = this.#byId.get(id);
    const name = known?.name ?? id;
    if (guardedProxies.is(value)) {
      if (guardedProxies.interfaceOf(value).def.id !== id) throw new InvalidType(`interface ${name}`, 'a proxy of another interface', where);
      guardedProxies.targetOf(value);
      return STAGED;
    }
    if (known === undefined || typeof value !== 'object' || value === null) throw new InvalidType(`interface ${name}`, describe(value), where);
    const missing = this.of(known.name, known.schema).methods.filter((method) => typeof (value as { [method: string]: unknown })[method.name] !== 'function');
    if (missing.length > 0)
      throw new InvalidType(`interface ${name}`, `the implementation of ${name} lacks ${missing.map((method) => method.name).join(', ')}`, where);
    return STAGED;
  };
}
