/** The process of a guarded kernel: an ordinary kernel, and what the host asks of it. */
import type { Socket } from 'node:net';
import type { RpcResult } from '../../../abi/result.js';
import type { Schema } from '../../../abi/schema.js';
import type { CallOptions } from '../../../abi/schema-tokens.js';
import { reportOf, type RpcFault } from '../../../proxy/rpc-fault.js';
import { heapFault, LifetimeViolation } from '../../../shared-heap/faults.js';
import { boot } from '../../boot.js';
import type { DomainHandle } from '../../domain-handle.js';
import { obtain } from '../../extension-source.js';
import { type KernelHandle, kernelInside } from '../../kernel-handle.js';
import { LoadError } from '../../load-error.js';
import type { SupervisorHandle } from '../../supervisor-handle.js';
import { Trust } from '../../trust.js';
import { Channel } from '../channel.js';
import { copyIn, copyOut, type CopyEnds, type WireReference } from '../copies.js';
import type { FromHost, FromKernel, Question, WireError, WireEvent, WireFault, WireLoad, WireLoaded, WireSupervisor } from '../protocol.js';
import { type AnyProxy, Bindings, type Bound, type Succession } from './bindings.js';
import { Relays } from './relays.js';

const EVENTS: readonly WireEvent[] = ['crash', 'restart', 'exit', 'give-up', 'supervisor', 'condemned', 'log'];
const KERNEL_STOPPED = 'the kernel’s thread has stopped';
type Said<Op extends FromHost['op']> = Extract<FromHost, { op: Op }>;

export class ServedKernel {
  readonly #channel: Channel<FromKernel, FromHost>;
  readonly #schemas: Schema[] = [];
  readonly #programs = new Map<number, DomainHandle>();
  readonly #supervisors = new Map<number, SupervisorHandle>();
  /** Programs whose present life took over from one before it, and from which on that was handed down. */
  readonly #upgraded = new Map<number, Succession>();
  readonly #cancels = new Map<number, AbortController>();
  readonly #relays: Relays;
  readonly #ends: CopyEnds;
  #kernel: KernelHandle | null = null;
  #bindings: Bindings | null = null;

  readonly #end: (why: string) => void;

  /** `end` ends this process: called when the host has gone, and when the kernel's thread has. */
  constructor(socket: Socket, end: (why: string) => void) {
    this.#end = end;
    this.#channel = new Channel(socket, (message) => this.#hear(message), end);
    this.#ends = {
      alloc: (token, value) => this.#booted.heap.alloc(token, value),
      passed: (value, name, schema) => ({ bound: this.#bound.receive(value as AnyProxy, schema.interfaces[name], schema) }),
      received: (reference, name, schema) => this.#received(reference, name, schema),
    };
    this.#relays = new Relays(
      (message) => this.#channel.send(message),
      () => this.#ends,
    );
  }

  get #booted(): KernelHandle {
    if (this.#kernel === null) throw new Error('the kernel has not been booted');
    return this.#kernel;
  }

  get #bound(): Bindings {
    if (this.#bindings === null) throw new Error('the kernel has not been booted');
    return this.#bindings;
  }

  #received(reference: WireReference, name: string, schema: Schema): object {
    if ('given' in reference) return this.#relays.passed(reference.given, name, schema);
    const proxy = this.#bound.get(reference.bound)?.proxy() ?? null;
    if (proxy === null) throw new LifetimeViolation(`this reference to ${name} leads to a life that is over`);
    return proxy;
  }

  #hear(message: FromHost): void {
    switch (message.op) {
      case 'ping':
        if (this.#kernel !== null && kernelInside.isDead(this.#kernel)) return this.#end(KERNEL_STOPPED);
        return this.#channel.send({ op: 'pong' });
      case 'schema':
        this.#schemas[message.number] = message.schema;
        return;
      case 'bind':
        return this.#bound.bind(message.number, message.binding);
      case 'unbind':
        return this.#bound.unbind(message.number);
      case 'revoke': {
        const relay = this.#relays.find(message.exported);
        if (relay !== undefined) this.#booted.revoke(relay);
        return;
      }
      case 'forget':
        return this.#relays.forget(message.exported);
      case 'cancel':
        return this.#cancels.get(message.id)?.abort();
      case 'answer':
        return this.#relays.answer(message.id, message.result, message.error);
      case 'boot':
        return this.#answer(message.id, this.#boot(message));
      case 'build':
        return this.#answer(message.id, build(message));
      case 'load':
        return this.#answer(message.id, this.#load(message.load));
      case 'supervise':
        return this.#answer(message.id, this.#supervise(message.wanted));
      case 'upgrade':
        return this.#answer(message.id, this.#upgrade(message));
      case 'ask':
        return this.#answer(message.id, this.#asked(message.question));
      case 'call':
        void this.#call(message);
    }
  }

  #answer(id: number, answered: Promise<unknown>): void {
    answered
      .then((value) => this.#channel.send({ op: 'done', id, value }))
      .catch((error: unknown) => this.#channel.send({ op: 'failed', id, error: told(error) }));
  }

  async #boot({ options }: Said<'boot'>): Promise<void> {
    const kernel = await boot(options);
    this.#kernel = kernel;
    this.#bindings = new Bindings(kernel, this.#programs, this.#upgraded, this.#relays, this.#schemas);
    for (const event of EVENTS)
      kernel.on(event, (data: object) => {
        if (event !== 'log') for (const [program, handle] of this.#programs) this.#sayLife(program, handle);
        this.#channel.send({ op: 'event', event, data });
      });
  }

  #sayLife(program: number, { incarnation, isLive, staysDead }: DomainHandle): void {
    this.#channel.send({ op: 'life', life: { program, incarnation, isLive, staysDead } });
  }

  async #load({ program, leaf, options, grants, livesBefore, supervisor }: WireLoad): Promise<WireLoaded> {
    await Promise.all(this.#bound.pending);
    const under = supervisor === null ? null : this.#supervisors.get(supervisor);
    if (under === undefined) throw new LoadError('DomainDead', options.name ?? leaf.name, 'its supervisor was unloaded');
    const grant: { [name: string]: object } = {};
    for (const [name, reference] of Object.entries(grants)) {
      const proxy = 'bound' in reference ? this.#bound.get(reference.bound)?.proxy() : null;
      if (proxy === null || proxy === undefined) throw new LoadError('DomainDead', options.name ?? leaf.name, `grant.${name} leads to a life that is over`);
      grant[name] = proxy;
    }
    const handle = await kernelInside.loadAgain(this.#booted, leaf, { ...options, grant }, livesBefore, under);
    this.#programs.set(program, handle);
    return loadedOf(handle);
  }

  async #supervise({ supervisor, parent: number, options }: WireSupervisor): Promise<void> {
    const parent = number === null ? undefined : this.#supervisors.get(number);
    if (number !== null && parent === undefined) throw new Error(`${options.name}: its parent was unloaded`);
    this.#supervisors.set(supervisor, await this.#booted.supervise({ ...options, ...(parent && { parent }) }));
  }

  async #upgrade({ program, leaf, options }: Said<'upgrade'>): Promise<WireLoaded> {
    const handle = this.#programs.get(program);
    if (handle === undefined) throw new Error('the program is not loaded');
    const before = handle.incarnation;
    let hasDied = false;
    const note = ({ domain }: { readonly domain: string }): void => {
      if (domain === handle.name) hasDied = true;
    };
    this.#booted.on('restart', note);
    await handle.upgrade(leaf, options).finally(() => this.#booted.off('restart', note));
    const earlier = this.#upgraded.get(program);
    // A life that began after a death has taken nothing over.
    if (!hasDied) this.#upgraded.set(program, { from: earlier?.to === before ? earlier.from : before, to: handle.incarnation });
    return loadedOf(handle);
  }

  async #unloadSupervisor(supervisor: number, members: readonly number[]): Promise<void> {
    await this.#supervisors.get(supervisor)?.unload();
    for (const number of [supervisor, ...members]) {
      this.#supervisors.delete(number);
      this.#programs.delete(number);
      this.#upgraded.delete(number);
    }
  }

  async #asked(question: Question): Promise<unknown> {
    if (question.about === 'kernel') return this.#askedOfKernel(question);
    if (question.about === 'supervisor') return this.#unloadSupervisor(question.supervisor, question.members);
    const handle = this.#programs.get(question.program);
    if (handle === undefined && question.about === 'program' && question.what === 'unload') return undefined;
    if (handle === undefined) throw new Error('the program is not loaded');
    if (question.about === 'limits') return handle.setLimits(question.limits);
    if (question.what === 'kill') return handle.kill();
    if (question.what === 'unload') {
      this.#programs.delete(question.program);
      this.#upgraded.delete(question.program);
      return handle.unload();
    }
    await handle.ready();
    this.#sayLife(question.program, handle);
    return undefined;
  }

  async #askedOfKernel(question: Extract<Question, { about: 'kernel' }>): Promise<unknown> {
    const kernel = this.#booted;
    const { what } = question;
    if (what === 'stats') return kernel.stats();
    if (what === 'metrics') return kernelInside.metrics(kernel, question.refused);
    if (what === 'audit') return kernel.audit();
    if (what === 'close') return kernel.close();
    const { events, lost } = await kernel.trace();
    return { events, lost };
  }

  async #call(message: Said<'call'>): Promise<void> {
    const { id } = message;
    try {
      const bound = this.#bound.get(message.target);
      if (this.#bound.pending.size > 0) await Promise.all(this.#bound.pending);
      const proxy = bound?.proxy() ?? null;
      if (bound === undefined || proxy === null) return this.#channel.send({ op: 'outcome', id, result: null, fault: deadFault(bound, message.method) });
      const fault = await this.#issue(message, bound, proxy);
      if (fault !== null) this.#channel.send({ op: 'outcome', id, result: null, fault });
    } catch (error) {
      this.#channel.send({ op: 'failed', id, error: told(error) });
    } finally {
      this.#cancels.delete(id);
    }
  }

  /** Issues a call and says its result; or answers its fault. */
  async #issue({ id, method: index, args, timeoutMs, isAborted }: Said<'call'>, { def, schema, label }: Bound, proxy: AnyProxy): Promise<WireFault | null> {
    const method = def.methods[index];
    const cancel = new AbortController();
    this.#cancels.set(id, cancel);
    if (isAborted) cancel.abort();
    const options = { signal: cancel.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) } as CallOptions;
    let values: unknown[];
    const types = method.params.map((param) => param.type);
    try {
      values = copyIn(types, schema, args, this.#ends);
    } catch (error) {
      const { code, message, details } = heapFault(error) ?? { code: 'InvalidType' as const, message: (error as Error).message, details: {} };
      return { code, started: false, blame: 'caller', domain: label, method: `${shortName(def.name)}.${method.name}`, detail: message, details };
    }
    try {
      const outcome = (await proxy.async[method.name](...values, options)) as RpcResult<unknown>;
      // Its heap is not to be used again.
      if (!outcome.ok && outcome.error.code === 'KernelDied') this.#end(KERNEL_STOPPED);
      if (!outcome.ok) return faultOf(outcome.error as unknown as RpcFault);
      const roots: object[] = [];
      const result = copyOut([method.returns], schema, [outcome.value], this.#ends, roots);
      for (const root of roots) (root as Disposable)[Symbol.dispose]();
      this.#channel.send({ op: 'outcome', id, result, fault: null });
      return null;
    } finally {
      // Copies that were lent, and such as came back.
      for (const value of values) if (isDisposable(value) && !isProxy(value)) value[Symbol.dispose]();
    }
  }
}

function loadedOf(handle: DomainHandle): WireLoaded {
  const provides = Object.entries(handle.provided).map(([as, { name, id }]) => [as, { interfaceName: name, interfaceId: id }]);
  return { incarnation: handle.incarnation, limits: handle.limits, provides: Object.fromEntries(provides) as WireLoaded['provides'] };
}

function isDisposable(value: unknown): value is Disposable {
  return typeof value === 'object' && value !== null && Symbol.dispose in value;
}

/** What is bound stays so: the host lets go of it. */
function isProxy(value: object): boolean {
  return 'async' in value;
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function deadFault(bound: Bound | undefined, method: number): WireFault {
  const def = bound?.def;
  return {
    code: 'DomainDead',
    started: false,
    blame: 'callee',
    domain: bound?.label ?? '',
    method: def === undefined ? '' : `${shortName(def.name)}.${def.methods[method].name}`,
  };
}

function faultOf(error: RpcFault): WireFault {
  const { stack, ...report } = reportOf(error);
  return { ...report, stack: stack?.() };
}

async function build({ path, file, name }: Said<'build'>): Promise<unknown> {
  try {
    return (await obtain(path, name, new Trust('any'))).leaf;
  } catch (error) {
    // The file is called what the program called it.
    if (error instanceof LoadError) throw new LoadError(error.code, file, error.message.replace(`${error.extension}: `, ''), undefined, error.reason);
    throw error;
  }
}

function told(error: unknown): WireError {
  if (error instanceof LoadError) {
    const { name, message, stack = '', extension, code, reason } = error;
    return { name, message, stack: stack.split('\n').slice(1).join('\n'), extension, code, ...(reason === undefined ? {} : { reason }) };
  }
  if (error instanceof Error) return { name: error.name, message: error.message, stack: '' };
  return { name: 'Error', message: String(error), stack: '' };
}
