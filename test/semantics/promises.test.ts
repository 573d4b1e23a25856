/** What the IDL promises of a method: `@deadline`, `@async`, `@idempotent`, `@since`. */
import { performance } from 'node:perf_hooks';
import type { DomainHandle, RpcResult } from 'deciduous';
import { afterEach, describe, expect, it } from 'vitest';
import { Sleeper, Worker } from '../fixtures/extensions/generated/promises.js';
import { errorOf, extension, valueOf, World } from './lab.js';

const DEADLINE_MS = 300;
/** No call in these tests may take as long as what it asks for. */
const LONG_MS = 20_000;

let world: World;
afterEach(() => world[Symbol.asyncDispose]());

async function load(name: string): Promise<DomainHandle> {
  return world.kernel.load(extension('promises/worker.ts'), { name, limits: { timeSliceMs: 10_000 } });
}

async function elapsed<T>(what: () => T | Promise<T>): Promise<[T, number]> {
  const before = performance.now();
  const answer = await what();
  return [answer, performance.now() - before];
}

/** It ended when the deadline passed: not before, and long before what was asked for was done. */
function endedAt(deadlineMs: number, took: number): void {
  // A timer may be a millisecond early, and a nested call ends by a margin before its caller's.
  expect(took).toBeGreaterThan(deadlineMs - 10);
  expect(took).toBeLessThan(LONG_MS / 2);
}

/** What comes of a call that is done at once. Where a busy machine has let its deadline pass all the same it is made again. */
async function prompt<T>(call: () => RpcResult<T> | Promise<RpcResult<T>>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const answer = await call();
    const isLate = answer.ok ? answer.value === 'TimedOut' : answer.error.code === 'TimedOut';
    if (!isLate || tries === 20) return valueOf(answer);
  }
}

describe.each(['fast', 'paranoid'] as const)('what an interface promises of its methods, with %s checks', (checks) => {
  async function pair(): Promise<{ a: Worker; b: Worker; domain: DomainHandle }> {
    world = await World.open({ checks, spares: 2 });
    const domain = await load('a');
    return { a: domain.get(Worker), b: (await load('b')).get(Worker), domain };
  }

  it('a host that says nothing waits as long as the interface says, and then has TimedOut', async () => {
    const { a } = await pair();
    const [blocking, first] = await elapsed(() => a.rest(LONG_MS));
    expect(errorOf(blocking)).toMatchObject({ code: 'TimedOut', method: 'Worker.rest' });
    endedAt(DEADLINE_MS, first);
    const [promised, second] = await elapsed(() => a.async.rest(LONG_MS));
    expect(errorOf(promised).code).toBe('TimedOut');
    endedAt(DEADLINE_MS, second);
    expect(await prompt(() => a.rest(0))).toBe(0);
    expect(await prompt(() => a.nothing())).toBeUndefined();
  });

  it('each definition keeps its own promises, though another with the same fingerprint was used first', async () => {
    const { a, domain } = await pair();
    const own = Worker.schema.interfaces[Worker.name];
    const methods = own.methods.map(({ deadlineMs: _, ...method }) => method);
    const patient = domain.get({ ...Worker, schema: { ...Worker.schema, interfaces: { ...Worker.schema.interfaces, [own.name]: { ...own, methods } } } });
    expect(valueOf(patient.rest(DEADLINE_MS * 2))).toBe(DEADLINE_MS * 2);
    expect(errorOf(a.rest(LONG_MS)).code).toBe('TimedOut');
  });

  it('a caller may ask for less than the interface says, and not for more', async () => {
    const { a } = await pair();
    const [less, first] = await elapsed(() => a.async.rest(LONG_MS, { timeoutMs: 20 }));
    expect(errorOf(less).code).toBe('TimedOut');
    expect(first).toBeGreaterThan(10);
    const [more, second] = await elapsed(() => a.async.rest(LONG_MS, { timeoutMs: LONG_MS }));
    expect(errorOf(more).code).toBe('TimedOut');
    endedAt(DEADLINE_MS, second);
  });

  it('a domain is held to it as a host is, whether it blocks or not', async () => {
    const { a, b } = await pair();
    const [blocking, first] = await elapsed(() => a.async.ask(b, LONG_MS));
    expect(valueOf(blocking)).toBe('TimedOut');
    endedAt(DEADLINE_MS, first);
    for (const timeoutMs of [0, LONG_MS]) {
      const [promised, second] = await elapsed(() => a.async.askLater(b, LONG_MS, timeoutMs));
      expect(valueOf(promised)).toBe('TimedOut');
      endedAt(DEADLINE_MS, second);
    }
    const [less, third] = await elapsed(() => a.async.askLater(b, LONG_MS, 20));
    expect(valueOf(less)).toBe('TimedOut');
    expect(third).toBeGreaterThan(10);
    expect(await prompt(() => a.async.ask(b, 0))).toBe('ok');
  });

  it('what is left of it is what a nested call has, though the nested method sets none', async () => {
    const { a, b } = await pair();
    const [, took] = await elapsed(() => a.chain(b, LONG_MS));
    endedAt(DEADLINE_MS, took);
    expect(valueOf(await a.async.lastChain())).toBe('TimedOut');
    expect(await prompt(() => a.async.chain(b, 0))).toBe('ok');
  });

  it('a method without one is waited for until it answers', async () => {
    const { a } = await pair();
    expect(valueOf(await a.async.idle(2 * DEADLINE_MS))).toBe(2 * DEADLINE_MS);
  });

  it('each caller has what its own definition says, where two of one fingerprint differ in their promises', async () => {
    const { a, domain } = await pair();
    const methods = Worker.schema.interfaces['promises.Worker'].methods.map((method) =>
      method.name === 'rest' ? { ...method, asyncOnly: true, deadlineMs: 60_000 } : method,
    );
    const interfaces = {
      ...Worker.schema.interfaces,
      'promises.Worker': { ...Worker.schema.interfaces['promises.Worker'], methods: methods as typeof methods },
    };
    const patient = domain.get({ ...Worker, schema: { ...Worker.schema, interfaces: interfaces as typeof Worker.schema.interfaces } });
    expect('rest' in patient).toBe(false);
    expect(valueOf(await patient.async.rest(2 * DEADLINE_MS))).toBe(2 * DEADLINE_MS);
    expect(errorOf(await a.async.rest(LONG_MS)).code).toBe('TimedOut');
  });

  it('one before an interface is that of each method that has none of its own', async () => {
    const { domain } = await pair();
    const sleeper = domain.get(Sleeper);
    const [late, took] = await elapsed(() => sleeper.async.sleep(LONG_MS));
    expect(errorOf(late).code).toBe('TimedOut');
    endedAt(DEADLINE_MS, took);
    expect(valueOf(await sleeper.async.sleepLonger(2 * DEADLINE_MS))).toBe(2 * DEADLINE_MS);
  });

  it('an @async method is absent where a call would block, and stands on async: on the host and in domains', async () => {
    const { a, b } = await pair();
    expect('sleep' in a).toBe(false);
    // @ts-expect-error the type says so too
    expect(() => a.sleep(1)).toThrow(TypeError);
    expect(valueOf(await a.async.sleep(1))).toBe(1);
    expect(valueOf(await a.async.methodsOf(b))).toEqual(['rest idle', 'rest idle sleep']);
  });

  it('promises are no part of the fingerprint, and stand in the schema for whoever issues calls again', async () => {
    world = await World.open({ checks });
    const { methods } = Worker.schema.interfaces['promises.Worker'];
    expect(methods.find(({ name }) => name === 'chain')).toMatchObject({ replayable: false, idempotent: true, deadlineMs: DEADLINE_MS });
    expect(methods.find(({ name }) => name === 'sleep')).toMatchObject({ asyncOnly: true, since: 2 });
    expect(methods.find(({ name }) => name === 'nothing')).toMatchObject({ deadlineMs: 1500 });
    expect(Object.keys(methods.find(({ name }) => name === 'idle') ?? {})).not.toContain('deadlineMs');
  });
});
