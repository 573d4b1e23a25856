/** Stand-ins for what the host implements: each passes its calls on to the host, and tells it when nobody holds it any more. */
import type { MethodDef, Schema } from '../../../abi/schema.js';
import { copyIn, copyOut, type Copy, type CopyEnds } from '../copies.js';
import type { FromKernel } from '../protocol.js';

type Relay = { readonly [method: string]: (...args: unknown[]) => unknown };

interface Relayed {
  readonly relay: Relay;
  /** How often it has come. */
  passes: number;
}

interface Open {
  readonly method: MethodDef;
  readonly schema: Schema;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Relays {
  readonly #send: (message: FromKernel) => void;
  readonly #ends: () => CopyEnds;
  readonly #relayed = new Map<number, Relayed>();
  readonly #open = new Map<number, Open>();
  #lastId = 0;

  constructor(send: (message: FromKernel) => void, ends: () => CopyEnds) {
    this.#send = send;
    this.#ends = ends;
  }

  /** The stand-in for an export that came as a reference. */
  passed(exported: number, name: string, schema: Schema): Relay {
    const relayed = this.#of(exported, name, schema);
    relayed.passes++;
    return relayed.relay;
  }

  provided(exported: number, name: string, schema: Schema): Relay {
    return this.#of(exported, name, schema).relay;
  }

  /** The stand-in that an export has, if it has one. */
  find(exported: number): Relay | undefined {
    return this.#relayed.get(exported)?.relay;
  }

  forget(exported: number): void {
    this.#relayed.delete(exported);
  }

  #of(exported: number, name: string, schema: Schema): Relayed {
    const known = this.#relayed.get(exported);
    if (known !== undefined) return known;
    const methods = schema.interfaces[name].methods.map((method, index) => [
      method.name,
      (...args: unknown[]) => this.#serve(exported, method, index, schema, args),
    ]);
    const relay = Object.fromEntries([...methods, ['released', () => this.#released(exported)]]) as Relay;
    const made: Relayed = { relay, passes: 0 };
    this.#relayed.set(exported, made);
    return made;
  }

  #released(exported: number): void {
    this.#send({ op: 'released', exported, passes: this.#relayed.get(exported)?.passes ?? 0 });
  }

  #serve(exported: number, method: MethodDef, index: number, schema: Schema, args: readonly unknown[]): Promise<unknown> {
    const id = ++this.#lastId;
    const roots: object[] = [];
    const types = method.params.map((param) => param.type);
    const copied = copyOut(types, schema, args, this.#ends(), roots);
    for (const root of roots) (root as Disposable)[Symbol.dispose]();
    return new Promise((resolve, reject) => {
      this.#open.set(id, { method, schema, resolve, reject });
      this.#send({ op: 'serve', id, exported, method: index, args: copied });
    });
  }

  /** What the host answers to a call. */
  answer(id: number, result: Copy | null, error: string): void {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (open === undefined) return;
    if (result === null) return open.reject(asThrown(error));
    try {
      open.resolve(copyIn([open.method.returns], open.schema, result, this.#ends())[0]);
    } catch (failed) {
      open.reject(failed as Error);
    }
  }
}

/** An error that reads as the one that the host's implementation threw. */
function asThrown(text: string): Error {
  const [, name = 'Error', message = text] = /^(\w+): (.*)$/s.exec(text) ?? [];
  const error = new Error(message);
  error.name = name;
  return error;
}
