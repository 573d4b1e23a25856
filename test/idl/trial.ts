/** Calls of an echo: values there and back, and values that are refused on this side. */
import type { RpcResult } from 'deciduous';
import type { MethodDef, TypeRef } from 'deciduous/schema';
import { expect } from 'vitest';
import { digest, rebuild, release } from '../fixtures/roundtrip/walk.js';
import { type EchoProxy, type HostHand, isLent, type Written } from './echo-world.js';

export class Trial {
  readonly written: Written;
  readonly #hand: HostHand;
  readonly #echo: EchoProxy;
  calls = 0;
  refusals = 0;

  constructor(written: Written, hand: HostHand, echo: EchoProxy) {
    this.written = written;
    this.#hand = hand;
    this.#echo = echo;
  }

  #text(type: TypeRef, value: unknown): string {
    return digest(type, value, this.written.schema);
  }

  #given(method: MethodDef, models: readonly unknown[]): unknown[] {
    return models.map((model, at) => rebuild(method.params[at].type, model, this.written.schema, this.#hand));
  }

  async #call(method: MethodDef, args: readonly unknown[], isAsync: boolean): Promise<RpcResult<unknown>> {
    this.calls++;
    const result = isAsync || method.asyncOnly ? await this.#echo.async[method.name](...args) : this.#echo[method.name](...args);
    return result as RpcResult<unknown>;
  }

  async thereAndBack(method: MethodDef, models: readonly unknown[], isAsync = false): Promise<void> {
    const given = this.#given(method, models);
    const texts = models.map((model, at) => this.#text(method.params[at].type, model));
    // What accessors of the host read is what was put in, before anything travels.
    expect(given.map((value, at) => this.#text(method.params[at].type, value))).toEqual(texts);
    const result = await this.#call(method, given, isAsync);
    if (!result.ok) throw new Error(`${method.name}(${texts.join(', ').slice(0, 1000)}) answered ${String(result.error)}`);
    const isRebuild = method.name.startsWith('rebuild');
    const answer = (method.returns.kind === 'result' ? (result.value as { value: unknown }).value : result.value) as unknown[];
    const back = method.params.map(({ type }, at) => ({ type, at })).filter(({ type }) => isRebuild || !isLent(type));
    expect(back.map(({ type }, index) => this.#text(type, answer[index]))).toEqual(back.map(({ at }) => texts[at]));
    if (!isRebuild) expect(answer[answer.length - 1]).toBe(texts.join(';'));
    // What was lent is the host's, as it was; what moved is not.
    for (const [at, { type }] of method.params.entries()) if (isLent(type)) expect(this.#text(type, given[at])).toBe(texts[at]);
    for (const [index, { type }] of back.entries()) release(type, answer[index], this.written.schema);
    this.#hand.dropAll();
  }

  /** `models` are wrong in the one that is `spoilt`. */
  async refused(method: MethodDef, models: readonly unknown[], spoilt: number): Promise<void> {
    this.refusals++;
    const before = this.#echo.served().value;
    let given: unknown[];
    try {
      given = this.#given(method, models);
    } catch (error) {
      // It was to be on the heap, and did not get there.
      expect(String(error)).toMatch(/^InvalidType: expected /);
      this.#hand.dropAll();
      return;
    }
    const result = await this.#call(method, given, false);
    if (result.ok) throw new Error(`${this.#text(method.params[spoilt].type, models[spoilt]).slice(0, 1000)} was accepted`);
    expect(result).toMatchObject({ ok: false, error: { code: 'InvalidType', started: false, blame: 'caller' } });
    expect(this.#echo.served().value).toBe(before);
    // What would have moved with it is the caller's still, and reads as before.
    for (const [at, param] of method.params.entries()) {
      if (at !== spoilt) expect(this.#text(param.type, given[at])).toBe(this.#text(param.type, models[at]));
    }
    this.#hand.dropAll();
  }
}
