/**
 * A trace in the Trace Event Format, which Perfetto and chrome://tracing open. One process, one track for each thread.
 *
 *   slices B, E       an outgoing call for which its thread waits; a method that runs; what the kernel does for the dead
 *   spans  b, e       an outgoing call that its thread awaits otherwise, and a method whose promise is pending: these may overlap
 *   arrows s, f       from the sender to the callee that takes the call, and from whoever ends it back to the caller
 *   instants i        refusals, panics, stages of life, changes of owner
 *   counters C        what each thread owns on the shared heap
 *
 * An arrow needs a slice at either end, so what has no duration of its own, like sending without waiting, is a slice of none. A slice that its thread did not live to end is closed where the
 * thread died, and a slice that never ended where the trace does.
 */
import type { CallEvent, LifeEvent, TraceCall, TraceDomain, TraceEvent, UnsentEvent } from './trace-events.js';

export interface ChromeTraceOptions {
  /** Changes of owner, as instants of the category `ownership` (true). They are the most numerous by far. */
  readonly ownership?: boolean;
}

export interface ChromeEvent {
  readonly name: string;
  readonly ph: 'B' | 'E' | 'b' | 'e' | 's' | 'f' | 'i' | 'C' | 'M';
  /** Microseconds since the first event. */
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly id?: string;
  readonly bp?: 'e';
  readonly s?: 't';
  readonly args?: { readonly [name: string]: unknown };
}

export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: 'ns';
  readonly otherData: { readonly producer: 'deciduous'; readonly lost: number };
}

export function chromeTrace(events: readonly TraceEvent[], lost: number, options: ChromeTraceOptions): ChromeTrace {
  const traceEvents = new Exporter(events).export(options.ownership ?? true);
  return { traceEvents, displayTimeUnit: 'ns', otherData: { producer: 'deciduous', lost } };
}

const PID = 1;

interface Slice {
  /** Which call's, and which side of it; or which work of the kernel. */
  readonly key: string;
  readonly name: string;
  readonly cat: string;
}

interface Span extends Slice {
  readonly id: string;
}

/** One thread's part of the picture. */
interface Track {
  readonly tid: number;
  readonly label: string;
  /** Open slices, the innermost last. */
  readonly slices: Slice[];
  readonly spans: Map<string, Span>;
  ownedBytes: number;
}

class Exporter {
  readonly #events: readonly TraceEvent[];
  readonly #tracks = new Map<TraceDomain, Track>();
  readonly #out: ChromeEvent[] = [];
  /** Arrows that have begun and not ended, by kind and call: one whose beginning is lost has no end either. */
  readonly #arrows = new Set<string>();
  #ts = 0;

  constructor(events: readonly TraceEvent[]) {
    this.#events = events;
  }

  export(withOwnership: boolean): ChromeEvent[] {
    const origin = this.#events[0]?.timeMs ?? 0;
    for (const event of this.#events) {
      // To the nanosecond: more digits would be noise, and the differences are never negative.
      this.#ts = Math.round((event.timeMs - origin) * 1e6) / 1e3;
      this.#tell(event, withOwnership);
    }
    for (const track of this.#tracks.values()) this.#closeAll(track, 'the trace ends here');
    return [...this.#metadata(), ...this.#out];
  }

  #metadata(): ChromeEvent[] {
    const named = (name: string, tid: number, args: ChromeEvent['args']): ChromeEvent => ({ name, ph: 'M', ts: 0, pid: PID, tid, ...(args && { args }) });
    const metadata = [named('process_name', 0, { name: 'deciduous' })];
    const tracks = [...this.#tracks.values()].sort((one, other) => one.tid - other.tid);
    for (const { tid, label } of tracks) metadata.push(named('thread_name', tid, { name: label }), named('thread_sort_index', tid, { sort_index: tid }));
    return metadata;
  }

  #track(domain: TraceDomain): Track {
    let track = this.#tracks.get(domain);
    if (track === undefined) {
      // Host and kernel are always there and come first; the others follow as they appear.
      const tid = domain.label === 'host' ? 1 : domain.label === 'kernel' ? 2 : 3 + [...this.#tracks.values()].filter(({ tid: other }) => other > 2).length;
      track = { tid, label: domain.label, slices: [], spans: new Map(), ownedBytes: 0 };
      this.#tracks.set(domain, track);
    }
    return track;
  }

  #tell(event: TraceEvent, withOwnership: boolean): void {
    const track = this.#track(event.by);
    switch (event.kind) {
      case 'ownership':
        if (withOwnership) {
          const { block, generation, type, from, to } = event;
          this.#instant(track, `${event.event} ${type}`, 'ownership', { block, generation, from: ownerText(from), to: ownerText(to) });
        }
        return;
      case 'life':
        this.#life(event);
        break;
      case 'unsent':
        this.#unsent(track, event);
        break;
      default:
        this.#call(track, event);
    }
    // Beside a change of owner the charge is one step behind: it is shown with what comes next.
    this.#count(track, event.ownedBytes);
  }

  // --- pieces -------------------------------------------------------------------------------------------------------

  #put(track: Track, ph: ChromeEvent['ph'], name: string, rest: Partial<ChromeEvent> = {}): void {
    this.#out.push({ name, ph, ts: this.#ts, pid: PID, tid: track.tid, ...rest });
  }

  #instant(track: Track, name: string, cat: string, args: ChromeEvent['args']): void {
    this.#put(track, 'i', name, { cat, s: 't', ...(args && { args }) });
  }

  #begin(track: Track, key: string, name: string, cat: string, args: ChromeEvent['args']): void {
    track.slices.push({ key, name, cat });
    this.#put(track, 'B', name, { cat, ...(args && { args }) });
  }

  /** Ends a slice, and what is open inside it because its end was lost. */
  #end(track: Track, key: string, args?: ChromeEvent['args']): void {
    if (!track.slices.some((slice) => slice.key === key)) return;
    for (let slice = track.slices.pop(); slice !== undefined; slice = track.slices.pop()) {
      const isIt = slice.key === key;
      this.#put(track, 'E', slice.name, { cat: slice.cat, ...(isIt && args && { args }) });
      if (isIt) return;
    }
  }

  #beginSpan(track: Track, span: Span, args?: ChromeEvent['args']): void {
    track.spans.set(span.key, span);
    this.#put(track, 'b', span.name, { cat: span.cat, id: span.id, ...(args && { args }) });
  }

  #endSpan(track: Track, key: string, args?: ChromeEvent['args']): boolean {
    const span = track.spans.get(key);
    if (span === undefined) return false;
    track.spans.delete(key);
    this.#put(track, 'e', span.name, { cat: span.cat, id: span.id, ...(args && { args }) });
    return true;
  }

  #closeAll(track: Track, why: string): void {
    for (let slice = track.slices.pop(); slice !== undefined; slice = track.slices.pop())
      this.#put(track, 'E', slice.name, { cat: slice.cat, args: { cut: why } });
    for (const key of [...track.spans.keys()]) this.#endSpan(track, key, { cut: why });
  }

  #beginArrow(track: Track, kind: 'call' | 'reply', call: TraceCall): void {
    this.#arrows.add(`${kind} ${call.id}`);
    this.#put(track, 's', kind, { cat: kind, id: flowId(call) });
  }

  #endArrow(track: Track, kind: 'call' | 'reply', call: TraceCall): void {
    if (this.#arrows.delete(`${kind} ${call.id}`)) this.#put(track, 'f', kind, { cat: kind, id: flowId(call), bp: 'e' });
  }

  #count(track: Track, ownedBytes: number): void {
    if (ownedBytes === track.ownedBytes) return;
    track.ownedBytes = ownedBytes;
    this.#put(track, 'C', `owned by ${track.label}`, { args: { bytes: ownedBytes } });
  }

  // --- calls --------------------------------------------------------------------------------------------------------

  #unsent(track: Track, { method, callee, fault }: UnsentEvent): void {
    this.#instant(track, `${method} not sent: ${fault.code}`, 'call', { to: callee?.label ?? 'nobody', ...fault });
  }

  #call(track: Track, event: CallEvent): void {
    const { call } = event;
    switch (event.kind) {
      case 'sent':
        return this.#sent(track, call);
      case 'taken':
        this.#begin(track, servingKey(call), call.method, 'serve', { call: call.id, from: call.caller.label });
        return this.#endArrow(track, 'call', call);
      case 'suspended':
        this.#end(track, servingKey(call));
        return this.#beginSpan(track, { key: servingKey(call), name: call.method, cat: 'serve', id: flowId(call) });
      case 'replied':
      case 'faulted':
        return this.#ended(track, event);
      case 'ended':
        this.#end(track, servingKey(call), { reply: 'dropped' });
        this.#endSpan(track, servingKey(call), { reply: 'dropped' });
        return;
      case 'refused':
      case 'abandoned':
        return this.#cut(track, event);
      case 'orphaned':
        return this.#instant(track, `${call.method} orphaned`, 'call', { call: call.id });
      case 'outcome':
        return this.#outcome(call, event);
      default:
        return this.#instant(track, `${call.method} released`, 'call', { call: call.id });
    }
  }

  #sent(track: Track, call: TraceCall): void {
    const { id, callee, lent, moved, parent } = call;
    const args = { call: id, to: callee.label, lent, moved, ...(parent === null ? {} : { parent }) };
    if (!call.waits) this.#beginSpan(track, { key: callingKey(call), name: call.method, cat: 'call', id: flowId(call) }, args);
    this.#begin(track, callingKey(call), call.waits ? call.method : `send ${call.method}`, 'call', args);
    this.#beginArrow(track, 'call', call);
    if (!call.waits) this.#end(track, callingKey(call));
  }

  #ended(track: Track, { call, kind, fault }: CallEvent): void {
    if (kind === 'faulted') this.#instant(track, `${call.method} faulted: ${fault?.code ?? ''}`, 'call', { call: call.id, ...fault });
    // A promise has settled in a turn of its own.
    if (this.#endSpan(track, servingKey(call))) this.#begin(track, servingKey(call), `end ${call.method}`, 'serve', { call: call.id });
    if (!track.slices.some(({ key }) => key === servingKey(call))) return;
    this.#beginArrow(track, 'reply', call);
    this.#end(track, servingKey(call), { outcome: fault?.code ?? 'ok' });
  }

  /** A caller is told something by somebody who is not serving its call; where it was the caller itself, nobody has to tell. */
  #cut(track: Track, { call, by, kind, fault }: CallEvent): void {
    const name = `${call.method} ${kind}: ${fault?.code ?? ''}`;
    if (by === call.caller) return this.#instant(track, name, 'call', { call: call.id, ...fault });
    this.#begin(track, `cut ${call.id}`, name, 'call', { call: call.id, ...fault });
    this.#beginArrow(track, 'reply', call);
    this.#end(track, `cut ${call.id}`);
  }

  #outcome(call: TraceCall, { fault }: CallEvent): void {
    const track = this.#track(call.caller);
    const args = { outcome: fault?.code ?? 'ok', ...(fault?.cause === undefined ? {} : { cause: fault.cause }) };
    const isSpan = track.spans.has(callingKey(call));
    if (isSpan) this.#begin(track, callingKey(call), `take ${call.method}`, 'call', args);
    const isOpen = track.slices.some(({ key }) => key === callingKey(call));
    if (isOpen) this.#endArrow(track, 'reply', call);
    this.#end(track, callingKey(call), args);
    if (isSpan) this.#endSpan(track, callingKey(call), args);
  }

  // --- lives --------------------------------------------------------------------------------------------------------

  #life(event: LifeEvent): void {
    const { domain } = event;
    const own = this.#track(domain);
    const kernel = this.#track(event.by);
    const work = (name: string): string => `${name} ${domain.label}`;
    switch (event.stage) {
      case 'dead':
        this.#instant(own, `dead (${event.cause})`, 'life', { cause: event.cause });
        this.#closeAll(own, 'its thread died');
        return this.#begin(kernel, work('settle'), work('settle'), 'life', { cause: event.cause });
      case 'settled':
        return this.#end(kernel, work('settle'), { callers: event.callers });
      case 'thread ended':
        this.#instant(own, 'thread ended', 'life', {});
        // A zombie may have gone on for a while.
        this.#closeAll(own, 'its thread died');
        return this.#begin(kernel, work('reclaim'), work('reclaim'), 'life', {});
      case 'reclaimed':
        this.#count(own, 0);
        return this.#instant(kernel, `${domain.label} reclaimed`, 'life', { blocks: event.blocks, bytes: event.bytes, borrowsDeferred: event.borrowsDeferred });
      case 'resources released':
        return this.#end(kernel, work('reclaim'), { resources: event.resources });
      case 'panicked':
        return this.#instant(own, `panicked (${event.cause})`, 'life', { cause: event.cause });
      case 'buried':
      case 'vacated':
        return this.#instant(kernel, `${domain.label} ${event.stage}`, 'life', {});
      default:
        return this.#instant(own, event.stage, 'life', {});
    }
  }
}

function callingKey(call: TraceCall): string {
  return `call ${call.id}`;
}
function servingKey(call: TraceCall): string {
  return `serve ${call.id}`;
}

/** A number in hexadecimal, which all readers of the format take: which use, and which record. */
function flowId(call: TraceCall): string {
  const [record, use] = call.id.split('/').map(Number);
  return `0x${(use * 2 ** 17 + record).toString(16)}`;
}

function ownerText(owner: Extract<TraceEvent, { kind: 'ownership' }>['from']): string {
  switch (owner.kind) {
    case 'domain':
      return owner.domain.label;
    case 'freeing':
      return `being freed by ${owner.domain.label}`;
    case 'child':
      return `child of block ${owner.parent}`;
    case 'transit':
      return `in transit by record ${owner.record}`;
    default:
      return owner.kind;
  }
}
