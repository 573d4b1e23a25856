/**
 * What a guarded kernel's host serves: implementations that it provides, and those that it has passed in calls.
 *
 * An implementation is one export for each interface that it was given as, and keeps its number through all processes of the kernel. One that was passed is let go of when the process says that
 * nobody holds it, if it was not passed once more meanwhile; and when that process ends, for its domains are gone then.
 */
import { isPromise } from 'node:util/types';
import type { Schema, TypeRef } from '../../abi/schema.js';
import type { RRefHandle } from '../../shared-heap/handles/handle.js';
import { handles } from '../../shared-heap/handles/handle.js';
import { describe, heapFault, LifetimeViolation } from '../../shared-heap/faults.js';
import { Staging } from '../../shared-heap/types/staging.js';
import { copyIn, copyOut, type CopyEnds, Malformed, type WireReference } from './copies.js';
import type { GuardedInterfaces } from './guarded-interfaces.js';
import { type GuardedInterface, guardedProxies } from './guarded-proxy.js';
import type { LocalHeap } from './local-heap.js';
import type { FromKernel } from './protocol.js';
import type { Session } from './session.js';
import { Target } from './target.js';

/** Calls of domains that the host may be working for at once. */
const MOST_SERVED = 4096;

interface Exported {
  readonly number: number;
  readonly implementation: object;
  readonly of: GuardedInterface;
  readonly functions: readonly ((...args: unknown[]) => unknown)[];
  isPermanent: boolean;
  /** How often it was passed to the present process. */
  passes: number;
}

type Serve = Extract<FromKernel, { op: 'serve' }>;

export class HostExports {
  readonly #heap: LocalHeap;
  readonly #interfaces: GuardedInterfaces;
  readonly #entries = new Map<number, Exported>();
  readonly #numbers = new WeakMap<object, Map<string, number>>();
  #last = 0;
  #serving = 0;

  constructor(heap: LocalHeap, interfaces: GuardedInterfaces) {
    this.#heap = heap;
    this.#interfaces = interfaces;
  }

  /** Serves an implementation for good. Answers its number. Throws a TypeError that lists missing methods. */
  provide(name: string, schema: Schema, implementation: unknown): number {
    const of = this.#interfaces.of(name, schema);
    if ((typeof implementation !== 'object' && typeof implementation !== 'function') || implementation === null)
      throw new TypeError(`the implementation of ${name} must be an object, not ${describe(implementation)}`);
    const missing = of.methods.filter((method) => typeof (implementation as { [method: string]: unknown })[method.name] !== 'function');
    if (missing.length > 0) throw new TypeError(`the implementation of ${name} lacks ${missing.map((method) => method.name).join(', ')}`);
    const exported = this.#export(of, implementation);
    exported.isPermanent = true;
    return exported.number;
  }

  #export(of: GuardedInterface, implementation: object): Exported {
    const known = this.#entries.get(this.#numbers.get(implementation)?.get(of.def.id) ?? 0);
    if (known !== undefined) return known;
    const functions = of.methods.map((method) => (implementation as { readonly [method: string]: (...args: unknown[]) => unknown })[method.name]);
    const made: Exported = { number: ++this.#last, implementation, of, functions, isPermanent: false, passes: 0 };
    this.#entries.set(made.number, made);
    const numbers = this.#numbers.get(implementation) ?? new Map<string, number>();
    numbers.set(of.def.id, made.number);
    this.#numbers.set(implementation, numbers);
    return made;
  }

  /** Takes back what an implementation is exported as. Answers the numbers; passed again it is a new export. */
  revoke(implementation: object): number[] {
    const numbers = [...(this.#numbers.get(implementation)?.values() ?? [])];
    for (const number of numbers) this.#entries.delete(number);
    this.#numbers.delete(implementation);
    return numbers;
  }

  isRevoked(number: number): boolean {
    return !this.#entries.has(number);
  }

  /** The implementation behind an export; undefined once it was taken back. */
  implementationOf(number: number): object | undefined {
    return this.#entries.get(number)?.implementation;
  }

  /** How values travel to and from a process. */
  endsOf(session: Session): CopyEnds {
    return {
      alloc: (token, value) => this.#heap.alloc(token, value),
      passed: (value, name, schema) => this.#passed(session, value, name, schema),
      received: (reference, name, schema) => {
        const { bound } = reference as { readonly bound?: unknown };
        if (typeof bound !== 'number' || !Number.isSafeInteger(bound) || bound >= 0) throw new Malformed('a reference to nothing');
        return this.#interfaces.proxy(name, schema, Target.received(name, session, bound));
      },
    };
  }

  #passed(session: Session, value: unknown, name: string, schema: Schema): WireReference {
    if (guardedProxies.is(value)) {
      const bound = guardedProxies.targetOf(value).numberIn(session);
      if (bound === null) throw new LifetimeViolation(`this reference to ${name} ended with an earlier process of the kernel`);
      return { bound };
    }
    session.schemaNumber(schema);
    const exported = this.#export(this.#interfaces.of(name, schema), value as object);
    exported.passes++;
    return { given: exported.number };
  }

  /** Nobody in that process holds it any more, as far as it had come `passes` times. */
  released(session: Session, number: number, passes: number): void {
    const exported = this.#entries.get(number);
    if (exported === undefined || exported.passes !== passes) return;
    if (!exported.isPermanent) session.send({ op: 'forget', exported: number });
    this.#release(exported);
  }

  /** With a process goes all that its domains held. */
  processEnded(): void {
    for (const exported of this.#entries.values()) if (exported.passes > 0) this.#release(exported);
  }

  #release(exported: Exported): void {
    exported.passes = 0;
    if (!exported.isPermanent) {
      this.#entries.delete(exported.number);
      this.#numbers.get(exported.implementation)?.delete(exported.of.def.id);
    }
    try {
      const answer = (exported.implementation as { released?: () => unknown }).released?.();
      if (isPromise(answer)) answer.catch(warn);
    } catch (error) {
      warn(error);
    }
  }

  /** Serves one call. Throws Malformed for what no kernel would say. */
  serve(session: Session, { id, exported: number, method: index, args }: Serve): void {
    const exported = this.#entries.get(number);
    const refuse = (error: string): void => session.send({ op: 'answer', id, result: null, error });
    if (exported === undefined) return refuse('the reference was taken back');
    if (this.#serving >= MOST_SERVED) return refuse(`the host works for ${MOST_SERVED} calls already`);
    const { schema, def, methods } = exported.of;
    const method = def.methods[index];
    if (method === undefined) throw new Malformed('a method that the interface has not');
    const types = method.params.map((param) => param.type);
    let values: unknown[];
    try {
      values = copyIn(types, schema, args, this.endsOf(session));
    } catch (error) {
      const fault = heapFault(error);
      if (fault?.code !== 'ResourceExhausted') throw new Malformed(`arguments of ${def.name}.${method.name}: ${(error as Error).message}`);
      return refuse(fault.message);
    }
    const staging = new Staging();
    try {
      for (const [at, param] of methods[index].params.entries()) param.codec.stage(values[at], staging, param.place);
    } catch (error) {
      throw new Malformed((error as Error).message);
    }
    this.#serving++;
    // A call that is served here keeps this process alive, as one that was made does.
    session.hold(1);
    void this.#run(session, id, exported, index, values, types).finally(() => {
      session.hold(-1);
      this.#serving--;
    });
  }

  async #run(session: Session, id: number, exported: Exported, index: number, values: unknown[], types: readonly TypeRef[]): Promise<void> {
    const { schema, def, methods } = exported.of;
    const { returns } = def.methods[index];
    const lent: { readonly handle: RRefHandle; readonly owned: RRefHandle }[] = [];
    for (const [at, type] of types.entries()) if (isLent(type) && values[at] !== null) values[at] = this.#lend(values[at] as RRefHandle, lent);
    let answer: { readonly result: ReturnType<typeof copyOut> | null; readonly error: string };
    try {
      const result: unknown = await Reflect.apply(exported.functions[index], exported.implementation, values);
      const staging = new Staging();
      methods[index].result.stage(result, staging, `the result of ${methods[index].label}`);
      staging.recheck();
      answer = { result: copyOut([returns], schema, [result], this.endsOf(session)), error: '' };
      for (const moved of staging.moved) moved.drop();
    } catch (error) {
      answer = { result: null, error: inALine(error) };
    }
    for (const { handle, owned } of lent) {
      handles.end(handle);
      owned.drop();
    }
    try {
      session.send({ op: 'answer', id, ...answer });
    } catch (error) {
      session.send({ op: 'answer', id, result: null, error: String(error) });
    }
  }

  /** What was lent ends with the call, as a lent handle does; the copy itself goes back to the host's heap. */
  #lend(owned: RRefHandle, lent: { readonly handle: RRefHandle; readonly owned: RRefHandle }[]): RRefHandle {
    const handle = handles.lent(this.#heap.thread, handles.typeOf(owned), handles.blockToRead(owned));
    lent.push({ handle, owned });
    return handle;
  }
}

function isLent(type: TypeRef): boolean {
  return (type.kind === 'rref' && type.lent === true) || (type.kind === 'option' && isLent(type.value));
}

/** Not everything that can be thrown can be said. */
function inALine(thrown: unknown): string {
  try {
    return String(thrown).split('\n', 1)[0];
  } catch {
    return 'what was thrown has no text';
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error), 'ReleasedThrew');
}
