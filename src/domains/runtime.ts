/**
 * The trusted runtime of one domain: everything between the control port and the extension's code.
 *
 * What extension code can reach of it: `$d` (frozen functions), the heap facade, handles, proxies, console and timers. Each is frozen with all that it reaches, and none leads to memory,
 * to a port or to an object of Node.
 */
import { isPromise } from 'node:util/types';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { incarnationOf, indexOf } from '../abi/domain-id.js';
import type { Limits } from '../abi/limits.js';
import type { Power } from '../abi/powers.js';
import { Activity, CAUSE, OS_THREAD, STEPS, threadRow, TIMERS_PENDING } from '../abi/thread-layout.js';
import { causeNumber } from '../abi/codes.js';
import { Endpoint } from '../proxy/endpoint.js';
import { panicText, setStackReader, showFramesOf } from '../proxy/panic-text.js';
import { Interfaces } from '../proxy/proxies.js';
import { ThreadHeap } from '../shared-heap/heap.js';
import { PanicSignal } from '../shared-heap/ownership/operation.js';
import { openShared } from '../shared-heap/shared-state.js';
import { TypeRegistry } from '../shared-heap/types/type-registry.js';
import type { TypeRuntime } from '../shared-heap/types/type-runtime.js';
import { startReactions } from './builtins/promise-reactions.js';
import { setWalkLimit, startMetering } from './builtins/taming.js';
import { Bounds } from './bounds.js';
import { evaluateLeaf } from './compartment.js';
import { DomainConsole, type LogSink } from './console.js';
import { LoadRefusal, readDefinition } from './definition.js';
import { powerGlobals } from './globals/powers.js';
import { Grants } from './grants.js';
import { lend } from './lent.js';
import { hardenAll, stackString } from './lockdown.js';
import { DomainLoop } from './loop.js';
import { openMedia } from './media.js';
import { MemoryMeter } from './memory-meter.js';
import type { Beginning, LoadAnswer, LoadFailure, Preparation, ProvidedInterface, Resting } from '../abi/control-protocol.js';
import { leave, osThread } from './thread.js';
import { Timers } from './timers.js';
import { WorkMeter } from './work-meter.js';
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
  readonly #bounds: Bounds;
  readonly #grants: Grants;
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
    this.#bounds = new Bounds(this.#endpoint, this.#memory, this.#work);
    this.#grants = new Grants(this.#endpoint, this.#interfaces, this.#tokens);
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
    startMetering(this.#bounds);
    startReactions(this.#endpoint.callee, this.#bounds.judge);
    const lent = lend(this.#endpoint, this.#tokens, this.#work, this.#bounds);
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
    for (const [asked, token] of Object.entries(imports))
      proxies[asked] = this.#grants.proxy(asked, token, Object.hasOwn(grants, asked) ? grants[asked] : undefined);
    for (const [name, grant] of Object.entries(grants)) if (!Object.hasOwn(imports, name)) this.#grants.drop(grant);
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

  /** Before the thread sleeps: what others gave back is taken in, and memory that was taken in one step after the last checkpoint is seen. */
  #tidy(): void {
    this.#heap.arena.drain();
    this.#bounds.rest();
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
