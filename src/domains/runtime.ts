/**
 * The trusted runtime of one domain: everything between the control port and the extension's code.
 *
 * What extension code can reach of it: `$d` (frozen functions), the heap facade, handles, proxies, console and timers. Each is frozen with all that it reaches, and none leads to memory,
 * to a port or to an object of Node.
 */
import { isPromise } from 'node:util/types';
import { nowMs } from '../abi/clock.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { FIRST_DOMAIN_INDEX, incarnationOf, indexOf } from '../abi/domain-id.js';
import type { Limits } from '../abi/limits.js';
import type { Power } from '../abi/powers.js';
import { boundProvider } from '../abi/reference-layout.js';
import { Activity, CAUSE, CHECKPOINTS, Order, OS_THREAD, PRIVATE_KIB, STEPS, threadRow, TIMERS_PENDING, X_ORDERS } from '../abi/thread-layout.js';
import { causeNumber } from '../abi/codes.js';
import { err, ok, unwrap } from '../abi/result.js';
import { Endpoint } from '../proxy/endpoint.js';
import { panicText, setStackReader, showFramesOf } from '../proxy/panic-text.js';
import { type CallTarget, targetOf } from '../proxy/pending-call.js';
import { Interfaces } from '../proxy/proxies.js';
import type { Hold } from '../proxy/references.js';
import { ThreadHeap } from '../shared-heap/heap.js';
import { PanicSignal } from '../shared-heap/ownership/operation.js';
import { openShared } from '../shared-heap/shared-state.js';
import { TypeRegistry } from '../shared-heap/types/type-registry.js';
import type { TypeRuntime } from '../shared-heap/types/type-runtime.js';
import { chargeSlots } from './builtins/array-slots.js';
import { chargeListing, chargeSpread } from './builtins/object-methods.js';
import { startReactions } from './builtins/promise-reactions.js';
import { setWalkLimit, startMetering } from './builtins/taming.js';
import { evaluateLeaf } from './compartment.js';
import { DomainConsole, type LogSink } from './console.js';
import { defineDomain } from './extension.js';
import { LoadRefusal, type NamedToken, readDefinition } from './definition.js';
import { powerGlobals } from './globals/powers.js';
import { hardenAll, stackString } from './lockdown.js';
import { DomainLoop, RAN_TOO_LONG } from './loop.js';
import { openMedia } from './media.js';
import { MemoryMeter } from './memory-meter.js';
import type { Beginning, Grant, LoadAnswer, LoadFailure, Preparation, ProvidedInterface, Resting } from '../abi/control-protocol.js';
import { isOverflow } from './overflow.js';
import { leave, osThread } from './thread.js';
import { Timers } from './timers.js';
import { type CounterSwap, type DepthShift, WorkMeter } from './work-meter.js';
import { Tokens } from './tokens.js';

setStackReader(stackString);

export class DomainRuntime {
  readonly #order: Preparation;
  readonly #heap: ThreadHeap;
  readonly #registry: TypeRegistry;
  readonly #endpoint: Endpoint;
  readonly #interfaces: Interfaces;
  readonly #tokens: Tokens;
  readonly #memory = new MemoryMeter();
  readonly #work: WorkMeter;
  readonly #timers: Timers;
  readonly #console: DomainConsole;

  /** Runs what the trusted build made of the program, which has been read; null before. */
  #run: (() => unknown) | null = null;

  constructor(order: Preparation, log: LogSink) {
    this.#order = order;
    showFramesOf(`${encodeURIComponent(order.name)}.leaf`);
    const shared = openShared(order.shared);
    this.#heap = new ThreadHeap(shared, order.id, { paranoid: order.paranoid, harden: hardenAll });
    this.#registry = new TypeRegistry(this.#heap, false, (value, id, where) => this.#interfaces.stage(value, id, where));
    this.#endpoint = new Endpoint(this.#heap, this.#registry, {
      isTrusted: false,
      capability: (...received) => this.#interfaces.received(...received),
      mapStack: (text) => () => text,
      die: leave,
    });
    this.#interfaces = new Interfaces(this.#endpoint);
    this.#tokens = new Tokens(order.leaf.schemas);
    const row = shared.controlViews.words.subarray(threadRow(indexOf(order.id)));
    this.#timers = new Timers(order.limits.timers, (pending) => (row[TIMERS_PENDING] = pending));
    const steps = (threadRow(indexOf(order.id)) + STEPS) / 2;
    this.#work = new WorkMeter(order.limits, shared.controlViews.floats.subarray(steps, steps + 2));
    this.#endpoint.callee.work = this.#work;
    this.#console = new DomainConsole(order.limits.logBytesPerSecond, log);
    shared.controlViews.words[threadRow(indexOf(order.id)) + OS_THREAD] = osThread();
    process.on('uncaughtException', (error) => this.#endpoint.panic.raise(error, null));
    process.on('unhandledRejection', (reason) => this.#endpoint.panic.raise(reason, null));
  }

  setLimits(limits: Limits): void {
    this.#memory.setQuota(limits.privateHeapBytes);
    this.#work.setLimits(limits);
    setWalkLimit(limits.privateHeapBytes);
    this.#timers.setMost(limits.timers);
    this.#console.setBudget(limits.logBytesPerSecond);
  }

  rest(what: Resting): void {
    this.#endpoint.resting = what;
  }

  /** For an audit: what this thread alone can say of the heap. */
  check(): ReturnType<ThreadHeap['check']> {
    return this.#heap.check();
  }

  /** Evaluates the extension, initialises it, exports what it provides, and begins to serve. A failure ends the domain: the caller sees to that. */
  async load(beginning: Beginning): Promise<LoadAnswer> {
    try {
      const provides = await this.#start(beginning);
      return { ok: true, provides };
    } catch (error) {
      return { ok: false, failure: this.#failure(error) };
    }
  }

  /** Reads the program and makes code for the interfaces that it knows. Nothing of the program runs. */
  prepare(): void {
    this.#run ??= this.#read();
    for (const schema of this.#order.leaf.schemas) for (const name of Object.keys(schema.interfaces)) this.#interfaces.runtime(name, schema);
  }

  #read(): () => unknown {
    const { leaf, name, powers } = this.#order;
    this.#memory.start(this.#order.limits.privateHeapBytes);
    setWalkLimit(this.#order.limits.privateHeapBytes);
    startMetering({
      reserve: (bytes) => this.#reserve(bytes),
      fits: (bytes) => this.#memory.fits(bytes),
      text: (length) => this.#text(length),
      noteLargeBigInt: () => this.#noteLargeBigInt(),
    });
    startReactions(this.#endpoint.callee, (error) => this.#judge(error));
    const lent = this.#lend();
    const make = evaluateLeaf(leaf.code, name, {
      ...(powers.console && { console: this.#console.endowment() }),
      ...(powers.timers && this.#timers.endowments()),
      queueMicrotask: (job: () => void) => void Promise.resolve().then(job),
      ...powerGlobals(leaf.uses, powers),
    });
    return () => make(lent);
  }

  async #start({ incarnation, limits, grants, media, numbers: known }: Beginning): Promise<{ [name: string]: ProvidedInterface }> {
    const { leaf, name } = this.#order;
    // From here on the watchdog counts.
    this.#endpoint.callee.turn(Activity.Running);
    // They may have changed since it was prepared.
    if (this.#run !== null) this.setLimits(limits);
    const run = this.#run ?? this.#read();
    const exported = run();
    this.#heap.operation.check();
    const { uses, provides, imports, keeps, init } = readDefinition(exported, this.#tokens, leaf.manifest);
    if (uses.some((power) => leaf.uses?.includes(power as Power) !== true))
      throw new LoadRefusal('InvalidType', 'uses must be written out in the call of defineDomain(): the build did not find what the extension says now');
    const numbers = exportNumbers(Object.keys(provides), known);
    this.#endpoint.references.exports.reserve(1 + Math.max(-1, ...Object.values(numbers)));
    const proxies: { [name: string]: unknown } = {};
    for (const [asked, token] of Object.entries(imports)) proxies[asked] = this.#grant(asked, token, Object.hasOwn(grants, asked) ? grants[asked] : undefined);
    for (const [name, grant] of Object.entries(grants)) if (!Object.hasOwn(imports, name)) this.#endpoint.references.drop(this.#holdOf(grant));
    // An init that waits needs timers, replies and jobs: the loop runs from here on.
    new DomainLoop(this.#endpoint, this.#timers, () => this.#tidy()).start();
    let implementations: unknown = init(
      hardened({
        heap: this.#heapFacade(),
        imports: proxies,
        media: openMedia(this.#heap, media, (name) => this.#registry.byToken(this.#tokens.check(keeps[name]))),
        name,
        incarnation,
        revoke: (implementation: unknown) => this.#revoke(implementation),
        end: () => this.#end(),
      }),
    );
    if (isPromise(implementations)) implementations = await implementations;
    this.#heap.operation.check();
    if (typeof implementations !== 'object' || implementations === null)
      throw new LoadRefusal('InvalidType', 'init() must answer an object with the implementations');
    const answers: { [name: string]: ProvidedInterface } = {};
    for (const [provided, token] of Object.entries(provides))
      answers[provided] = this.#provide(provided, token, implementations as { [name: string]: unknown }, numbers[provided]);
    return answers;
  }

  /** A panic as far as this thread goes; whoever buries it sees by the cause that it is none. */
  #end(): never {
    const { operation } = this.#heap;
    operation.check();
    throw operation.raise(new PanicSignal('exited', 'it ended its life by itself'));
  }

  #revoke(implementation: unknown): void {
    this.#heap.operation.check();
    this.#interfaces.revoke(implementation);
  }

  #provide(provided: string, token: { name: string; id: string }, implementations: { [name: string]: unknown }, number: number): ProvidedInterface {
    const implementation = implementations[provided];
    if (implementation === undefined)
      throw new LoadRefusal('InvalidType', `the domain says that it provides '${provided}', but init() answered nothing under that name`);
    try {
      const exported = this.#interfaces.provide(token.name, this.#tokens.schemaOf(token.id), implementation, number);
      return { interfaceName: token.name, interfaceId: token.id, exported };
    } catch (error) {
      if (error instanceof TypeError) throw new LoadRefusal('InvalidType', `'${provided}': ${error.message}`);
      throw error;
    }
  }

  #grant(asked: string, { name, id, shadow }: NamedToken, grant: Grant | undefined): unknown {
    if (grant === undefined)
      throw new LoadRefusal('PermissionDenied', `the domain imports '${asked}' (${name}), which was not granted: add it to the grant option of load()`);
    if (grant.interfaceId !== id && !grant.olderIds.includes(id))
      throw new LoadRefusal(
        'PermissionDenied',
        `the domain imports '${asked}' as ${name}, and what was granted under that name is ${grant.interfaceName} with another fingerprint`,
        { grant: asked, interfaceId: id },
      );
    // Host and kernel have one life, which ends with everything.
    if (shadow === true && grant.binding === null && indexOf(grant.provider) >= FIRST_DOMAIN_INDEX)
      throw new LoadRefusal(
        'PermissionDenied',
        `the domain imports '${asked}' as a shadow of ${name}, and what was granted leads to one life of ${grant.label}: grant a shadow, or a proxy of a program that was loaded with restart.rebind`,
      );
    const hold = this.#holdOf(grant);
    return this.#interfaces[shadow === true ? 'shadow' : 'proxy'](name, this.#tokens.schemaOf(id), { ...this.#targetOf(grant), hold }, hold);
  }

  /** The kernel holds for this life what it granted, before the life begins. */
  #holdOf({ binding, provider, exported }: Grant): Hold {
    return this.#endpoint.references.granted(binding === null ? provider : boundProvider(binding), exported);
  }

  #targetOf({ binding, provider, line, label, exported }: Grant): CallTarget {
    return targetOf(this.#endpoint.space.words, label, exported, binding, line ?? null, provider);
  }

  /** Before the thread sleeps: what others gave back is taken in, and memory that was taken in one step after the last checkpoint is seen. */
  #tidy(): void {
    this.#heap.arena.drain();
    this.#work.settle();
    const refill = this.#memory.check();
    this.#endpoint.space.words[threadRow(indexOf(this.#order.id)) + PRIVATE_KIB] = this.#memory.used / 1024;
    if (refill >= 0) return;
    this.#endpoint.panic.raise(this.#heap.operation.raise(new PanicSignal('out-of-memory', 'the private heap exceeds its quota')), null);
  }

  #heapFacade(): object {
    const heap = this.#heap;
    const registry = this.#registry;
    const tokens = this.#tokens;
    // A token is made once and means one type for ever, so what it means is looked up once.
    const known = new WeakMap<object, TypeRuntime>();
    const typeOf = (token: unknown): TypeRuntime => {
      const type = registry.byToken(tokens.check(token));
      known.set(token as object, type);
      return type;
    };
    return {
      alloc: (token: unknown, value: unknown) => heap.alloc(known.get(token as object) ?? typeOf(token), value),
      get usedBytes() {
        return heap.arena.charged * GRANULE_BYTES;
      },
    };
  }

  /** Throws the panic that is under way, or that so many bytes more would be. The runtime's own operations end first. */
  #reserve(bytes: number): void {
    const { operation } = this.#heap;
    if (operation.isMarked) return;
    operation.check();
    if (this.#memory.check(bytes) < 0) throw operation.raise(new PanicSignal('out-of-memory', 'the private heap exceeds its quota'));
  }

  #text(length: number): number {
    this.#reserve(length);
    return this.#memory.textAllowance;
  }

  /** What `-x` and the like make of a BigInt is as large, and nothing counts it: so memory is looked at more often. */
  #noteLargeBigInt(): void {
    this.#work.shorten(this.#memory.lookOften());
  }

  /** Throws the panic that is under way, or that `error` is. */
  #judge(error: unknown): void {
    const { operation } = this.#heap;
    operation.check();
    if (isOverflow(error)) throw operation.raise(new PanicSignal('stack-overflow', 'the stack is exhausted'));
  }

  /** What the trusted build's code gets as `$d`. */
  #lend(): unknown {
    const { operation } = this.#heap;
    const memory = this.#memory;
    const work = this.#work;
    const endpoint = this.#endpoint;
    const tokens = this.#tokens;
    const { words } = endpoint.space;
    const row = threadRow(indexOf(this.#order.id));
    const looks = (row + CHECKPOINTS) / 2;
    const { floats } = endpoint.space.views;
    const checkpoint = (): number => {
      const began = nowMs();
      operation.check();
      if ((words[row + X_ORDERS] & Order.Stop) !== 0) throw operation.raise(new PanicSignal('hang', RAN_TOO_LONG));
      const period = memory.check();
      words[row + PRIVATE_KIB] = memory.used / 1024;
      if (period < 0) throw operation.raise(new PanicSignal('out-of-memory', 'the private heap exceeds its quota'));
      const granted = work.refill(period);
      if (granted < 0) throw operation.raise(new PanicSignal('out-of-fuel', `the limit fuel (${work.fuel}) is used up`));
      floats[looks]++;
      floats[looks + 1] += nowMs() - began;
      return granted;
    };
    const judge = (error: unknown): void => this.#judge(error);
    return hardened({
      domain: {
        defineDomain,
        ok,
        err,
        unwrap,
        RRefArray: (element: unknown, length: unknown) => tokens.container('array', element, length),
        RRefVec: (element: unknown) => tokens.container('vec', element),
        RRefDeque: (element: unknown, length: unknown) => tokens.container('deque', element, length),
      },
      type: (name: string, id: string) => tokens.type(name, id),
      interface: (name: string, id: string) => tokens.interface(name, id),
      shadow: (name: string, id: string) => tokens.shadow(name, id),
      checkpoint,
      text: (length: number, isBigInt?: boolean) => {
        if (isBigInt === true) this.#noteLargeBigInt();
        return this.#text(length);
      },
      listed: chargeListing,
      spread: chargeSpread,
      slots: chargeSlots,
      tooDeep: (): never => {
        throw operation.raise(new PanicSignal('stack-overflow', `more than ${work.stackDepth} frames on the stack, which is the limit stackDepth`));
      },
      meter: (swap: CounterSwap, shift: DepthShift) => work.connect(swap, shift),
      caught: judge,
      finally: judge,
      current: () => endpoint.callee.holdCurrent(),
      resume: (held: unknown) => endpoint.callee.resumeCurrent(held),
    });
  }

  #failure(error: unknown): LoadFailure {
    if (error instanceof LoadRefusal)
      return { code: error.code, message: error.message, stack: '', ...(error.mismatch !== undefined && { mismatch: error.mismatch }) };
    const { text, cause } = panicText(error, this.#heap.operation.panic);
    this.#endpoint.space.words[threadRow(indexOf(this.#order.id)) + CAUSE] = causeNumber(cause);
    return { code: 'DomainCrashed', message: `the extension failed while it was loading (${cause}): ${text.split('\n', 1)[0]}`, stack: text };
  }

  /** Whose life this is, for messages of the worker. */
  get life(): string {
    return `${this.#order.name}#${incarnationOf(this.#order.id)}`;
  }
}

function hardened<T extends object>(value: T): T {
  hardenAll(value);
  return value;
}

/** A number for each name of what is provided: those of earlier versions, and the next ones in order of the names. */
function exportNumbers(names: readonly string[], known: { readonly [name: string]: number }): { readonly [name: string]: number } {
  const numbers = new Map(Object.entries(known));
  for (const name of [...names].sort()) if (!numbers.has(name)) numbers.set(name, numbers.size);
  return Object.fromEntries(numbers);
}
