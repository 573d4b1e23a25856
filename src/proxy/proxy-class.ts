/**
 * Proxies: objects through which a thread calls an interface of another domain. One class is made per interface, its methods from the descriptor; what a proxy
 * leads to is in a private field, so it can be called, passed on and dropped, and nothing else.
 */
import type { InterfaceDef } from '../abi/schema.js';
import type { CallOptions } from '../abi/schema-tokens.js';
import { describe, InvalidType, LifetimeViolation } from '../shared-heap/faults.js';
import type { Endpoint } from './endpoint.js';
import type { MethodRuntime } from './method-runtime.js';
import type { CallTarget } from './pending-call.js';
import type { Hold } from './references.js';
import { RpcFault } from './rpc-fault.js';

const NO_OPTIONS: CallOptions = Object.freeze({});

const TOKEN = Symbol('only the system makes proxies');

/** The base of every proxy class. */
export class DomainProxy {
  /** Null once it has been dropped. */
  #target: CallTarget | null;
  readonly #interface: InterfaceDef;
  /** What ends with it; null for what a host asked for by name. */
  readonly #hold: Hold | null;

  constructor(token: symbol, target: CallTarget, def: InterfaceDef, hold: Hold | null) {
    if (token !== TOKEN) throw new TypeError('a proxy is made by the system alone: it is a capability');
    this.#target = target;
    this.#interface = def;
    this.#hold = hold;
  }

  /** Throws LifetimeViolation for one that was dropped. */
  static target(proxy: DomainProxy): CallTarget {
    return proxy.#target ?? stale(proxy.#interface.name);
  }

  /**
   * As `target`, for a method of one interface, which can be taken from its class and applied to anything: to a proxy of another one it would number another method, and lay its arguments out for types that nobody
   * reads them as. Throws InvalidType.
   */
  static targetAs(proxy: DomainProxy, def: InterfaceDef): CallTarget {
    let found: InterfaceDef;
    try {
      found = proxy.#interface;
    } catch {
      throw new InvalidType(`a proxy of ${def.name}`, describe(proxy));
    }
    if (found !== def) throw new InvalidType(`a proxy of ${def.name}`, `one of ${found.name}`);
    return proxy.#target ?? stale(def.name);
  }

  static interfaceId(proxy: unknown): string | undefined {
    return typeof proxy === 'object' && proxy !== null && #target in proxy ? proxy.#interface.id : undefined;
  }

  static interfaceName(proxy: DomainProxy): string {
    return proxy.#interface.name;
  }

  static hold(proxy: DomainProxy): Hold | null {
    return proxy.#hold;
  }

  static drop(proxy: DomainProxy): void {
    proxy.#target = null;
  }
}
// What leads to a target is for trusted modules, not for whoever holds a proxy.
const targetOf = DomainProxy.target;
const targetAs = DomainProxy.targetAs;
const interfaceIdOf = DomainProxy.interfaceId;
const interfaceNameOf = DomainProxy.interfaceName;
const holdOf = DomainProxy.hold;
const end = DomainProxy.drop;
for (const name of ['target', 'targetAs', 'interfaceId', 'interfaceName', 'hold', 'drop']) Reflect.deleteProperty(DomainProxy, name);

export const proxies = Object.freeze({ targetOf, interfaceIdOf, interfaceNameOf, holdOf });

export type ProxyMaker = (target: CallTarget, hold: Hold | null) => DomainProxy;

/** The class of an interface's proxies, as a function that makes one. Those that are shadows have code of their own: the others ask nothing of it. */
export function proxyClass(def: InterfaceDef, methods: readonly MethodRuntime[], endpoint: Endpoint, isShadow = false): ProxyMaker {
  const { caller, asyncCalls, shadowCalls, heap, references, watch } = endpoint;
  const promised = isShadow ? shadowCalls.promised : asyncCalls;
  const Async = class {
    /** Not its target: the proxy must live, and hold, for as long as somebody can call through this. */
    readonly #proxy: DomainProxy;
    constructor(token: symbol, proxy: DomainProxy) {
      if (token !== TOKEN) throw new TypeError('a proxy is made by the system alone: it is a capability');
      this.#proxy = proxy;
      Object.freeze(this);
    }
    static of(facade: InstanceType<typeof Async>): CallTarget {
      return targetOf(facade.#proxy);
    }
  };
  const asyncTarget = Async.of;
  delete (Async as { of?: unknown }).of;
  const Proxy = class extends DomainProxy {
    readonly async: object;
    constructor(token: symbol, target: CallTarget, hold: Hold | null) {
      super(token, target, def, hold);
      this.async = new Async(TOKEN, this);
      Object.freeze(this);
    }
  };
  for (const method of methods) {
    const count = method.params.length;
    const { longestMs } = method;
    const blocking = function (this: DomainProxy, ...args: unknown[]) {
      if (args.length > count) return caller.refuseSurplus(targetAs(this, def), method, args.length);
      const target = targetAs(this, def);
      return watch.isWatched
        ? watch.blocking(target, method, () => caller.call(target, method, args, longestMs))
        : caller.call(target, method, args, longestMs);
    };
    const blockingShadow = function (this: DomainProxy, ...args: unknown[]) {
      if (args.length > count) return caller.refuseSurplus(targetAs(this, def), method, args.length);
      const target = targetAs(this, def);
      return watch.isWatched
        ? watch.blocking(target, method, () => shadowCalls.call(target, method, args, longestMs))
        : shadowCalls.call(target, method, args, longestMs);
    };
    if (!method.isAsyncOnly) define(Proxy.prototype, method.name, isShadow ? blockingShadow : blocking);
    // No async function: it would make a second promise for each call.
    define(Async.prototype, method.name, function (this: InstanceType<typeof Async>, ...args: unknown[]) {
      try {
        const target = asyncTarget(this);
        if (args.length > count + 1) return Promise.resolve(caller.refuseSurplus(target, method, args.length));
        const [given, options] = args.length <= count ? [args, NO_OPTIONS] : [args.slice(0, count), (args[count] ?? NO_OPTIONS) as CallOptions];
        return watch.isWatched
          ? watch.promised(target, method, () => promised.call(target, method, given, options))
          : promised.call(target, method, given, options);
      } catch (error) {
        return Promise.reject(error as Error);
      }
    });
  }
  for (const name of ['drop', Symbol.dispose]) {
    define(Proxy.prototype, name, function (this: DomainProxy): void {
      if (interfaceIdOf(this) === undefined) throw new InvalidType('a proxy', describe(this));
      const hold = holdOf(this);
      end(this);
      if (hold !== null) references.drop(hold);
    });
  }
  heap.harden(Async);
  heap.harden(RpcFault);
  heap.harden(Proxy);
  return (target, hold) => {
    const proxy = new Proxy(TOKEN, target, hold);
    if (hold !== null) references.tie(proxy, hold);
    return proxy;
  };
}

function stale(name: string): never {
  throw new LifetimeViolation(`this reference to ${name} was dropped: whoever needs it longer drops it later, or asks to be passed it again`);
}

function define(prototype: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(prototype, name, { value, enumerable: typeof name === 'string', writable: false, configurable: false });
}
