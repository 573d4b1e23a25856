/**
 * The spans of one call: that of the caller, from the sending to the outcome, and within it that of the callee, while the method runs. The events of a trace may be told again and again: each takes effect once.
 */
import type { Attributes, Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import type { TraceCall, TraceFault } from '../host/index.js';
import { SpanKind, SpanStatusCode, trace } from './api.js';

function attributesOf({ method, caller, callee, waits, lent, moved }: TraceCall): Attributes {
  const dot = method.indexOf('.');
  return {
    'rpc.system': 'deciduous',
    'rpc.service': method.slice(0, dot),
    'rpc.method': method.slice(dot + 1),
    'deciduous.caller': caller.label,
    'deciduous.callee': callee.label,
    'deciduous.waits': waits,
    'deciduous.lent': lent,
    'deciduous.moved': moved,
  };
}

/** Says on a span how a call failed. */
export function fail(span: Span, { code, cause }: TraceFault): void {
  span.setAttribute('error.type', code);
  if (cause !== undefined) span.setAttribute('deciduous.cause', cause);
  span.setStatus({ code: SpanStatusCode.ERROR, message: cause === undefined ? code : `${code} (${cause})` });
}

export class CallSpans {
  readonly #call: TraceCall;
  readonly #tracer: Tracer;
  readonly #caller: Span;
  readonly #context: Context;
  #callee: Span | null = null;
  #callerEnded = false;
  #calleeEnded = false;

  /** `at`: milliseconds since 1970. */
  constructor(tracer: Tracer, call: TraceCall, parent: Context, at: number) {
    this.#tracer = tracer;
    this.#call = call;
    this.#caller = tracer.startSpan(call.method, { kind: SpanKind.CLIENT, startTime: at, attributes: attributesOf(call) }, parent);
    this.#context = trace.setSpan(parent, this.#caller);
  }

  /** Of what the callee does in the call: the parent of its own calls. */
  get inner(): SpanContext {
    return (this.#callee ?? this.#caller).spanContext();
  }

  get hasEnded(): boolean {
    return this.#callerEnded && (this.#callee === null || this.#calleeEnded);
  }

  taken(at: number): void {
    this.#callee ??= this.#tracer.startSpan(this.#call.method, { kind: SpanKind.SERVER, startTime: at, attributes: attributesOf(this.#call) }, this.#context);
  }

  /** The callee has let go, with a fault or without. */
  answered(at: number, fault: TraceFault | undefined): void {
    if (this.#callee === null || this.#calleeEnded) return;
    this.#calleeEnded = true;
    if (fault !== undefined) fail(this.#callee, fault);
    this.#callee.end(at);
  }

  /** The caller has its result or its error. */
  told(at: number, fault: TraceFault | undefined): void {
    if (this.#callerEnded) return;
    this.#callerEnded = true;
    if (fault !== undefined) fail(this.#caller, fault);
    this.#caller.end(at);
  }

  /** Nobody will say more of it. */
  close(at: number, why: string): void {
    for (const [span, ended] of [
      [this.#callee, this.#calleeEnded],
      [this.#caller, this.#callerEnded],
    ] as const)
      if (!ended) span?.setAttribute('deciduous.cut', why);
    this.answered(at, undefined);
    this.told(at, undefined);
  }
}
