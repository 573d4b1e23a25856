/**
 * Proxies of a guarded kernel: as those of a kernel in this process (src/proxy/proxy-class.ts), but that they answer promises alone. One class is made for each interface.
 */
import type { InterfaceDef, Schema } from '../../abi/schema.js';
import type { CallOptions } from '../../abi/schema-tokens.js';
import type { RpcResult } from '../../abi/result.js';
import type { MethodRuntime } from '../../proxy/method-runtime.js';
import { describe, InvalidType, LifetimeViolation } from '../../shared-heap/faults.js';
import type { Target } from './target.js';

/** An interface as this process uses it. */
export interface GuardedInterface {
  readonly def: InterfaceDef;
  readonly schema: Schema;
  readonly methods: readonly MethodRuntime[];
}

/** Issues a call. The promise is rejected where the options are wrong. */
export type Issue = (
  target: Target,
  of: GuardedInterface,
  method: MethodRuntime,
  args: readonly unknown[],
  options: CallOptions,
) => Promise<RpcResult<unknown>>;
export type RefuseSurplus = (target: Target, method: MethodRuntime, given: number) => RpcResult<unknown>;

const TOKEN = Symbol('only the system makes proxies');
const NO_OPTIONS: CallOptions = Object.freeze({});

export class GuardedProxy {
  readonly #target: Target;
  readonly #interface: GuardedInterface;

  constructor(token: symbol, target: Target, of: GuardedInterface) {
    if (token !== TOKEN) throw new TypeError('a proxy is made by the system alone: it is a capability');
    this.#target = target;
    this.#interface = of;
  }

  drop(): void {
    if (!guardedProxies.is(this)) throw new InvalidType('a proxy', describe(this));
    this.#target.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }

  static is(value: unknown): value is GuardedProxy {
    return typeof value === 'object' && value !== null && #target in value;
  }

  /** Throws LifetimeViolation for one that was dropped. */
  static target(proxy: GuardedProxy): Target {
    if (!proxy.#target.isDropped) return proxy.#target;
    throw new LifetimeViolation(
      `this reference to ${proxy.#interface.def.name} was dropped: whoever needs it longer drops it later, or asks to be passed it again`,
    );
  }

  /** What one leads to that was granted: who has dropped it has dropped no more than that. */
  static grantedTarget(proxy: GuardedProxy): Target {
    return proxy.#target;
  }

  static interface(proxy: GuardedProxy): GuardedInterface {
    return proxy.#interface;
  }
}
export const guardedProxies = Object.freeze({
  is: GuardedProxy.is,
  targetOf: GuardedProxy.target,
  grantedTarget: GuardedProxy.grantedTarget,
  interfaceOf: GuardedProxy.interface,
});
for (const name of ['is', 'target', 'grantedTarget', 'interface']) Reflect.deleteProperty(GuardedProxy, name);

/** The class of an interface's proxies, as a function that makes one. */
export function guardedProxyClass(of: GuardedInterface, issue: Issue, refuseSurplus: RefuseSurplus): (target: Target) => GuardedProxy {
  const Async = class {
    /** Not its target: the proxy must live for as long as somebody can call through this. */
    readonly #proxy: GuardedProxy;
    constructor(proxy: GuardedProxy) {
      this.#proxy = proxy;
      Object.freeze(this);
    }
    static of(facade: InstanceType<typeof Async>): Target {
      return guardedProxies.targetOf(facade.#proxy);
    }
  };
  const targetOf = Async.of;
  Reflect.deleteProperty(Async, 'of');
  const Proxy = class extends GuardedProxy {
    readonly async: object;
    constructor(target: Target) {
      super(TOKEN, target, of);
      this.async = new Async(this);
      Object.freeze(this);
    }
  };
  for (const method of of.methods) {
    const count = method.params.length;
    if (!method.isAsyncOnly)
      define(Proxy.prototype, method.name, () => {
        throw new TypeError(
          `${method.label} would block this thread, and a guarded kernel runs in another process: await async.${method.name}(...), or boot() without guard`,
        );
      });
    define(Async.prototype, method.name, function (this: InstanceType<typeof Async>, ...args: unknown[]) {
      try {
        const target = targetOf(this);
        if (args.length > count + 1) return Promise.resolve(refuseSurplus(target, method, args.length));
        return issue(target, of, method, args.slice(0, count), (args[count] ?? NO_OPTIONS) as CallOptions);
      } catch (error) {
        return Promise.reject(error as Error);
      }
    });
  }
  Object.freeze(Async.prototype);
  Object.freeze(Proxy.prototype);
  return (target) => new Proxy(target);
}

function define(prototype: object, name: string, value: unknown): void {
  Object.defineProperty(prototype, name, { value, enumerable: true, writable: false, configurable: false });
}
