/** `deciduous/otel`: the calls of a kernel, the host's and those between domains, as spans of OpenTelemetry. */
import type { Context, Tracer } from '@opentelemetry/api';
import { nowMs } from '../abi/clock.js';
import type { Trace, TraceCall, TraceEvent } from '../host/index.js';
import { ROOT_CONTEXT, SpanKind, trace } from './api.js';
import { CallSpans, fail } from './call-spans.js';
import { HostContexts } from './host-contexts.js';

export interface SpanOptions {
  /** Who makes the spans: that of the global provider unless given. */
  readonly tracer?: Tracer;
  /** How often the trace is read, in milliseconds (1000); 0 for never but when `flush()` is called. */
  readonly everyMs?: number;
}

export interface Flushed {
  /** Calls whose spans have ended with this. */
  readonly calls: number;
  /** Events that the trace had lost by then: their calls have no spans, or such as end late. */
  readonly lost: number;
}

const CLOSED = 'the spans were closed';

/**
 * Makes spans of a kernel's calls, from now on until it is closed. The kernel has to keep a trace (`boot({ trace: true })`), and has its figures in a ring: of what is called faster than the trace is read, the oldest is lost, and counted.
 * While it is open each call of the host tells a channel, so that its span has the parent that is active then; that costs such a call some microseconds.
 */
export class KernelSpans {
  readonly #kernel: { trace(): Promise<Trace> };
  readonly #tracer: Tracer;
  readonly #contexts: HostContexts;
  readonly #timer: NodeJS.Timeout | undefined;
  /** From the kernel's clock to milliseconds since 1970. */
  readonly #epochMs = performance.timeOrigin + performance.now() - nowMs();
  /** What was called before belongs to whoever made spans then. */
  readonly #sinceMs = nowMs();
  /** By call: those that the trace still tells of, ended or not. */
  #calls = new Map<string, CallSpans>();
  /** The last call without a record that has been made a span. */
  #lastUnsent = -1;
  /** Whose trace was read last. */
  #process: number | undefined;
  #reading: Promise<Flushed> | null = null;

  /** Throws a TypeError for an option that cannot be. */
  constructor(kernel: { trace(): Promise<Trace> }, { tracer = trace.getTracer('deciduous'), everyMs = 1000 }: SpanOptions = {}) {
    if (typeof everyMs !== 'number' || !(everyMs >= 0 && everyMs < 2 ** 31))
      throw new TypeError(`everyMs must be milliseconds that are not negative, not ${String(everyMs)}`);
    this.#kernel = kernel;
    this.#tracer = tracer;
    this.#contexts = new HostContexts(kernel);
    if (everyMs === 0) return;
    this.#timer = setInterval(() => void this.flush().catch(() => {}), everyMs);
    this.#timer.unref();
  }

  /** Reads the trace and ends the spans of what has ended. Rejects with a TypeError where the kernel keeps no trace. */
  flush(): Promise<Flushed> {
    return (this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    }));
  }

  async #read(): Promise<Flushed> {
    const { events, lost, process } = await this.#kernel.trace();
    if (process !== this.#process) this.#begin(process);
    const before = new Set([...this.#calls].filter(([, spans]) => spans.hasEnded).map(([id]) => id));
    const told = new Map<string, CallSpans>();
    for (const event of events) {
      const spans = this.#tell(event);
      if (spans !== undefined && 'call' in event) told.set(event.call.id, spans);
    }
    // Of what has gone from the ring without an end nothing more will be heard.
    const now = nowMs() + this.#epochMs;
    for (const [id, spans] of this.#calls) if (!told.has(id) && !spans.hasEnded) spans.close(now, 'the trace has lost its end');
    this.#calls = told;
    if (events.length > 0) this.#contexts.forget(events[0].timeMs);
    return { calls: [...told].filter(([id, spans]) => spans.hasEnded && !before.has(id)).length, lost };
  }

  /** What is told from here on is of another process of a guarded kernel, which counts its calls anew. */
  #begin(process: number | undefined): void {
    this.#process = process;
    this.#lastUnsent = -1;
    const now = nowMs() + this.#epochMs;
    for (const spans of this.#calls.values()) if (!spans.hasEnded) spans.close(now, 'its kernel’s process has ended');
    this.#calls.clear();
  }

  /** The spans of the call that the event is about, once they have begun. */
  #tell(event: TraceEvent): CallSpans | undefined {
    if (event.kind === 'unsent') this.#unsent(event);
    if (!('call' in event)) return undefined;
    const { call, kind, timeMs } = event;
    const at = timeMs + this.#epochMs;
    let spans = this.#calls.get(call.id);
    if (spans === undefined) {
      if (kind !== 'sent' || timeMs < this.#sinceMs) return undefined;
      spans = new CallSpans(this.#tracer, call, this.#parentOf(call, timeMs), at);
      this.#calls.set(call.id, spans);
    }
    if (kind === 'taken') spans.taken(at);
    else if (kind === 'replied' || kind === 'faulted' || kind === 'refused' || kind === 'ended') spans.answered(at, event.fault);
    else if (kind === 'outcome') spans.told(at, event.fault);
    else if (kind === 'released') spans.close(at, 'its caller has died');
    return spans;
  }

  #parentOf({ parent, caller }: TraceCall, timeMs: number): Context {
    const outer = parent === null ? undefined : this.#calls.get(parent);
    if (outer !== undefined) return trace.setSpanContext(ROOT_CONTEXT, outer.inner);
    return (caller.label === 'host' ? this.#contexts.at(timeMs) : undefined) ?? ROOT_CONTEXT;
  }

  /** A call that was refused before it had a record: nothing lasted, and nobody took it. */
  #unsent({ order, method, by, callee, fault, timeMs }: TraceEvent & { kind: 'unsent' }): void {
    if (order <= this.#lastUnsent || timeMs < this.#sinceMs) return;
    this.#lastUnsent = order;
    const at = timeMs + this.#epochMs;
    const [service, name = ''] = method.split('.');
    const attributes = {
      'rpc.system': 'deciduous',
      'rpc.service': service,
      'rpc.method': name,
      'deciduous.caller': by.label,
      ...(callee && { 'deciduous.callee': callee.label }),
    };
    const span = this.#tracer.startSpan(
      method,
      { kind: SpanKind.CLIENT, startTime: at, attributes },
      (by.label === 'host' && this.#contexts.at(timeMs)) || ROOT_CONTEXT,
    );
    fail(span, fault);
    span.end(at);
  }

  /** Reads the trace once more, and ends what is open. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.#reading?.catch(() => {});
      await this.flush();
    } finally {
      const now = nowMs() + this.#epochMs;
      for (const spans of this.#calls.values()) if (!spans.hasEnded) spans.close(now, CLOSED);
      this.#contexts.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
