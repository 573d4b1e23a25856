/** `deciduous/otel`: spans of calls, with the parents that the calls had. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { type Context, context, type ContextManager, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { boot, type KernelHandle } from 'deciduous';
import { KernelSpans } from 'deciduous/otel';
import { repository } from '../unit/docs/pages.js';
import { Holder, Lab, leafOf, Note, Relay } from './lab.js';

class Contexts implements ContextManager {
  readonly #active = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#active.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(active: Context, run: F, thisArg?: ThisParameterType<F>, ...args: A): ReturnType<F> {
    return this.#active.run(active, () => run.call(thisArg as never, ...args));
  }
  bind<T>(_active: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  let tracer: Tracer;
  let kernel: KernelHandle;
  let lab: Lab;
  let relay: Relay;

  beforeAll(async () => {
    context.setGlobalContextManager(new Contexts());
    tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('test');
    kernel = await boot({ trace: true, spares: 0 });
    lab = (await kernel.load(await leafOf('lab.ts'), { name: 'lab', limits: { timeSliceMs: 20_000 } })).get(Lab);
    const holder = (await kernel.load(await leafOf('holder.ts'), { name: 'holder' })).get(Holder);
    relay = (await kernel.load(await leafOf('relay.ts'), { name: 'relay', grant: { lab, holder } })).get(Relay);
  });
  beforeEach(() => exporter.reset());
  afterAll(async () => {
    await kernel.close();
    context.disable();
  });

  const told = (): ReadableSpan[] => exporter.getFinishedSpans();
  const millis = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;
  const shown = ({ name, kind, attributes }: ReadableSpan): string =>
    `${name} ${SpanKind[kind]} ${String(attributes['deciduous.caller'])} ${String(attributes['deciduous.callee'])}`;
  /** From the outermost to the innermost, by their parents. */
  function chain(): ReadableSpan[] {
    const spans = told();
    const row: ReadableSpan[] = [];
    for (let parent: string | undefined; ; parent = row.at(-1)?.spanContext().spanId) {
      const next = spans.find((span) => !row.includes(span) && span.parentSpanContext?.spanId === parent);
      if (next === undefined) return row;
      row.push(next);
    }
  }

  it('a call across two domains is a chain of spans below the span that is active at the host, each within its parent in time', async () => {
    await using spans = new KernelSpans(kernel, { tracer, everyMs: 0 });
    const outer = tracer.startSpan('outer');
    const lent = kernel.heap.alloc(Note, { text: 'a note', weight: 1, next: null });
    context.with(trace.setSpan(ROOT_CONTEXT, outer), () => expect(relay.measure(lent)).toEqual({ ok: true, value: 1 }));
    outer.end();
    expect((await spans.flush()).calls).toBe(2);
    const row = chain();
    expect(row.slice(1).map(shown)).toEqual([
      'Relay.measure CLIENT host relay#1',
      'Relay.measure SERVER host relay#1',
      'Lab.measure CLIENT relay#1 lab#1',
      'Lab.measure SERVER relay#1 lab#1',
    ]);
    expect(new Set(row.map((span) => span.spanContext().traceId)).size).toBe(1);
    for (const [index, span] of row.entries()) {
      expect(span.status.code).toBe(SpanStatusCode.UNSET);
      if (index < 2) continue;
      expect(millis(span.startTime)).toBeGreaterThanOrEqual(millis(row[index - 1].startTime));
      expect(millis(span.startTime)).toBeLessThanOrEqual(millis(row[index - 1].endTime));
    }
    expect(row[1].attributes).toMatchObject({
      'rpc.system': 'deciduous',
      'rpc.service': 'Relay',
      'rpc.method': 'measure',
      'deciduous.lent': 1,
      'deciduous.waits': true,
    });
    expect(Math.abs(millis(row[1].startTime) - Date.now())).toBeLessThan(60_000);
    lent.drop();
  });

  it('calls that are awaited together have each the parent that was active where they were made', async () => {
    await using spans = new KernelSpans(kernel, { tracer, everyMs: 0 });
    const parents = ['one', 'two', 'three'].map((name) => tracer.startSpan(name));
    await Promise.all(parents.map((parent) => context.with(trace.setSpan(ROOT_CONTEXT, parent), () => lab.async.work(1))));
    for (const parent of parents) parent.end();
    await spans.flush();
    const clients = told().filter(({ kind }) => kind === SpanKind.CLIENT);
    expect(new Set(clients.map((span) => span.parentSpanContext?.spanId))).toEqual(new Set(parents.map((parent) => parent.spanContext().spanId)));
    expect(clients).toHaveLength(parents.length);
  });

  it('a call that fails has the code of its error, also where it never had a record', async () => {
    const doomed = await kernel.load(await leafOf('lab.ts'), { name: 'doomed' });
    const proxy = doomed.get(Lab);
    await using spans = new KernelSpans(kernel, { tracer, everyMs: 0 });
    expect(proxy.die('Panic')).toMatchObject({ ok: false });
    expect(proxy.fill(1)).toMatchObject({ ok: false, error: { code: 'DomainDead' } });
    await spans.flush();
    const failed = told().map(({ name, kind, status, attributes }) => [
      name,
      SpanKind[kind],
      status.code,
      attributes['error.type'],
      attributes['deciduous.cause'],
    ]);
    expect(failed).toContainEqual(['Lab.die', 'CLIENT', SpanStatusCode.ERROR, 'DomainCrashed', 'panic']);
    expect(failed).toContainEqual(['Lab.die', 'SERVER', SpanStatusCode.ERROR, 'DomainCrashed', 'panic']);
    expect(failed).toContainEqual(['Lab.fill', 'CLIENT', SpanStatusCode.ERROR, 'DomainDead', undefined]);
    await doomed.unload();
  });

  it('a trace that is read again makes no span again, and a call that goes on has its span when it has ended', async () => {
    await using spans = new KernelSpans(kernel, { tracer, everyMs: 0 });
    await spans.flush();
    exporter.reset();
    const later = lab.async.work(2000);
    expect((await spans.flush()).calls).toBe(0);
    await later;
    expect((await spans.flush()).calls).toBe(1);
    await spans.flush();
    expect(told().map(({ name, kind }) => `${name} ${SpanKind[kind]}`)).toEqual(['Lab.work SERVER', 'Lab.work CLIENT']);
  });

  it('another process of a guarded kernel counts its calls anew, and they have spans all the same', async () => {
    let process = 1;
    await using spans = new KernelSpans({ trace: async () => ({ ...(await kernel.trace()), process }) }, { tracer, everyMs: 0 });
    lab.fill(1);
    const { calls } = await spans.flush();
    expect(calls).toBe(1);
    expect((await spans.flush()).calls).toBe(0);
    process = 2;
    expect((await spans.flush()).calls).toBe(1);
    expect(told().map(({ name }) => name)).toEqual(Array.from({ length: 4 }, () => 'Lab.fill'));
  });

  it('a kernel without a trace is told as such', async () => {
    const plain = await boot({ spares: 0 });
    const spans = new KernelSpans(plain, { tracer, everyMs: 0 });
    await expect(spans.flush()).rejects.toThrow('boot({ trace: true })');
    await expect(spans.close()).rejects.toThrow('boot({ trace: true })');
    await plain.close();
  });
});

describe('without OpenTelemetry', () => {
  /** A program in which no file of OpenTelemetry can be imported. */
  function run(program: string) {
    const hooks = `export async function resolve(name, context, next) { if (name.startsWith('@opentelemetry/')) throw Object.assign(new Error('no ' + name), { code: 'ERR_MODULE_NOT_FOUND' }); return next(name, context); }`;
    const register = `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', `${register}\n${program}`], { cwd: repository, encoding: 'utf8' });
  }

  it('a program that imports deciduous and boots a kernel never loads it', () => {
    const program = `const { boot } = await import('deciduous'); const kernel = await boot({ spares: 0 }); await kernel.close();
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(import.meta.url).cache ?? {}).filter((file) => file.includes('opentelemetry')).length);`;
    expect(run(program)).toMatchObject({ status: 0, stdout: '0\n' });
  });

  it('deciduous/otel says what is to be installed', () => {
    const { status, stderr } = run(`await import('deciduous/otel');`);
    expect(status).toBe(1);
    expect(stderr).toContain("deciduous/otel needs the package '@opentelemetry/api', and it is not installed: npm install @opentelemetry/api");
  });
});
