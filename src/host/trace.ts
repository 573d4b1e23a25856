/**
 * A trace as its reader gets it: entries become events, numbers become names, and what was in doubt is settled by what came after.
 *
 * Doubt. A thread that is stopped between an entry and its step leaves an entry that is not confirmed. The next event of the same block or call tells: it goes on from where the step led, or
 * from where it was before, and then the step was never made and is left out. Where nothing follows, or both would fit, the event says `inDoubt`.
 */
import { causeOf, faultCause, faultCode } from '../abi/codes.js';
import { HOST_ID, incarnationOf, indexOf, KERNEL_ID, OwnerKind, ownerKind, ownerMeant, type DomainId } from '../abi/domain-id.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import { CallState, recordOfRef } from '../abi/record-layout.js';
import { Life } from '../abi/thread-layout.js';
import { TraceKind } from '../abi/trace-layout.js';
import { isTransition } from '../proxy/call-transitions.js';
import type { Views } from '../shared-heap/views.js';
import { chromeTrace, type ChromeTrace, type ChromeTraceOptions } from './chrome-trace.js';
import type { CallEvent, LifeEvent, TraceCall, TraceDomain, TraceEvent, TraceFault, TraceOwner } from './trace-events.js';
import { type Entry, type Reading, readTrace } from './trace-reader.js';
import { ownershipEvent } from './trace-ownership.js';

/** What happened, in order. Frozen; what happens later is in a later trace. */
export interface Trace {
  readonly events: readonly TraceEvent[];
  /** Events that are not there: the ring of their thread had no more room for them, or was overwritten while it was read. */
  readonly lost: number;
  /** Of a guarded kernel: which of its processes, from 1. Each counts calls and events anew. */
  readonly process?: number;
  /** The same for Perfetto and chrome://tracing, in the Trace Event Format; `JSON.stringify` it into a file. */
  toChromeTrace(options?: ChromeTraceOptions): ChromeTrace;
}

/** Reads the trace. `typeName` answers the name of a type by its number. */
export function makeTrace(views: Views, typeName: (type: number) => string): Trace {
  const reading = readTrace(views);
  const events = Object.freeze(new Decoder(reading, typeName).decode());
  const { lost } = reading;
  return Object.freeze({ events, lost, toChromeTrace: (options: ChromeTraceOptions = {}) => chromeTrace(events, lost, options) });
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/** What is known of a call so far. */
interface Course {
  readonly call: Mutable<TraceCall>;
  /** The state that its last event led to, and where the one in doubt, if it is, led from. */
  state: number;
  before: number;
  doubtful: number;
  fault: TraceFault | undefined;
}

const STAGES: { readonly [kind: number]: 'starting' | 'live' | 'condemned' | 'thread ended' | 'buried' | 'vacated' } = {
  [TraceKind.Life + Life.Starting]: 'starting',
  [TraceKind.Life + Life.Live]: 'live',
  [TraceKind.Life + Life.Condemned]: 'condemned',
  [TraceKind.Life + Life.Vacant]: 'vacated',
  [TraceKind.ThreadEnded]: 'thread ended',
  [TraceKind.Buried]: 'buried',
};

const STEPS: { readonly [state: number]: CallEvent['kind'] } = {
  [CallState.Running]: 'taken',
  [CallState.Replied]: 'replied',
  [CallState.Faulted]: 'faulted',
  [CallState.Refused]: 'refused',
  [CallState.Abandoned]: 'abandoned',
  [CallState.Orphaned]: 'orphaned',
  [CallState.Ended]: 'ended',
};

const NONE = -1;

class Decoder {
  readonly #reading: Reading;
  readonly #typeName: (type: number) => string;
  readonly #domains = new Map<DomainId, TraceDomain>();
  readonly #courses = new Map<string, Course>();
  /** By block: the owner words of its last event, and that event's place where it is in doubt. */
  readonly #blocks = new Map<number, { from: number; to: number; moved: number; doubtful: number }>();
  readonly #events: (Mutable<TraceEvent> | null)[] = [];

  constructor(reading: Reading, typeName: (type: number) => string) {
    this.#reading = reading;
    this.#typeName = typeName;
    const known = [
      { id: HOST_ID, name: 'host', incarnation: 1 },
      { id: KERNEL_ID, name: 'kernel', incarnation: 1 },
    ];
    for (const { id, name, incarnation } of known) this.#domains.set(id, Object.freeze({ id, name, incarnation, label: name }));
    for (const { id, name, incarnation } of reading.lives) this.#domains.set(id, Object.freeze({ id, name, incarnation, label: `${name}#${incarnation}` }));
  }

  decode(): TraceEvent[] {
    for (const entry of this.#reading.entries) this.#decode(entry);
    for (const { call } of this.#courses.values()) Object.freeze(call);
    return this.#events.filter((event) => event !== null).map((event) => Object.freeze(event) as TraceEvent);
  }

  #domain(id: DomainId): TraceDomain {
    let domain = this.#domains.get(id);
    if (domain === undefined) {
      const name = `domain ${indexOf(id)}`;
      domain = Object.freeze({ id, name, incarnation: incarnationOf(id), label: `${name}#${incarnationOf(id)}` });
      this.#domains.set(id, domain);
    }
    return domain;
  }

  #decode(entry: Entry): void {
    const { order, timeMs, isDone, kind, operands } = entry;
    const told = { order, timeMs, by: this.#domain(entry.who), ownedBytes: entry.charged * GRANULE_BYTES };
    const add = (event: TraceEvent): void => void this.#events.push(isDone ? event : { ...event, inDoubt: true });
    const [first, second, third] = operands;
    if (kind >= TraceKind.Life || (kind >= TraceKind.Panicked && kind <= TraceKind.Buried)) {
      const event = this.#life(kind, operands);
      if (event !== null) add({ ...told, kind: 'life', domain: this.#domain(first), ...event } as LifeEvent);
    } else if (kind === TraceKind.Owner) {
      this.#settleBlock(operands, isDone);
      add({
        ...told,
        kind: 'ownership',
        event: ownershipEvent(operands[3], operands[4], entry.who, this.#blocks.get(first)?.moved ?? 0),
        block: first,
        generation: second,
        type: this.#typeName(third),
        from: this.#owner(operands[3]),
        to: this.#owner(operands[4]),
      });
    } else if (kind === TraceKind.Unsent) {
      add({ ...told, kind: 'unsent', callee: first === 0 ? null : this.#domain(first), method: this.#reading.nameOf(second), fault: faultOf(third) });
    } else {
      const event = this.#call(entry);
      if (event !== null) add({ ...told, ...event });
    }
  }

  #life(kind: number, [, first, second, third]: readonly number[]): object | null {
    if (kind === TraceKind.Panicked) return { stage: 'panicked', cause: causeOf(first) ?? 'panic' };
    if (kind === TraceKind.Life + Life.Dead) return { stage: 'dead', cause: causeOf(first) ?? 'exited' };
    if (kind === TraceKind.Settled) return { stage: 'settled', callers: first };
    if (kind === TraceKind.Reclaimed) return { stage: 'reclaimed', blocks: first, bytes: second, borrowsDeferred: third };
    if (kind === TraceKind.ResourcesReleased) return { stage: 'resources released', resources: first };
    const stage = STAGES[kind];
    return stage === undefined ? null : { stage };
  }

  // --- blocks -------------------------------------------------------------------------------------------------------

  #owner(word: number): TraceOwner {
    const meant = ownerMeant(word);
    switch (ownerKind(word)) {
      case OwnerKind.Domain:
        return { kind: 'domain', domain: this.#domain(meant) };
      case OwnerKind.Freeing:
        return { kind: 'freeing', domain: this.#domain(meant) };
      case OwnerKind.Child:
        return { kind: 'child', parent: meant };
      case OwnerKind.Transit:
        return { kind: 'transit', record: recordOfRef(meant) };
      case OwnerKind.Orphan:
        return { kind: 'orphan' };
      default:
        return { kind: 'nobody' };
    }
  }

  #settleBlock(operands: readonly number[], isDone: boolean): void {
    const [block, , , from, to] = operands;
    const last = this.#blocks.get(block);
    if (last !== undefined && last.doubtful !== NONE) this.#resolve(last.doubtful, from === last.to, from === last.from);
    // Who had a root before it went into transit: where it comes back to the same, it was taken back.
    const moved = ownerKind(to) === OwnerKind.Transit ? from : (last?.moved ?? 0);
    this.#blocks.set(block, { from, to, moved, doubtful: isDone ? NONE : this.#events.length });
  }

  /** What came after an event in doubt fits what it says, or fits that it never came about, or both. */
  #resolve(place: number, fitsDone: boolean, fitsUndone: boolean): void {
    const event = this.#events[place];
    if (event === null || fitsDone === fitsUndone) return;
    if (fitsDone) delete event.inDoubt;
    else this.#events[place] = null;
  }

  // --- calls --------------------------------------------------------------------------------------------------------

  #call({ kind, who, operands, isDone }: Entry): Pick<CallEvent, 'kind' | 'call' | 'fault'> | null {
    const [record, tag] = operands;
    const id = `${record}/${tag}`;
    let course = this.#courses.get(id);
    if (course === undefined) {
      course = { call: this.#newCall(id, operands), state: NONE, before: NONE, doubtful: NONE, fault: undefined };
      this.#courses.set(id, course);
    }
    const { call } = course;
    if (kind === TraceKind.Suspended) return { kind: 'suspended', call };
    if (kind === TraceKind.Outcome) return { kind: 'outcome', call, fault: faultOf(operands[2]) };
    const state = kind === TraceKind.Sent ? CallState.Sent : kind - TraceKind.Record;
    if (course.doubtful !== NONE && !this.#settleCall(course, state)) course.fault = undefined;
    course.before = course.state === NONE ? CallState.Claimed : course.state;
    course.state = state;
    course.doubtful = isDone ? NONE : this.#events.length;
    if (kind === TraceKind.Sent) return { kind: 'sent', call: this.#describe(call, operands) };
    const fault = operands[4] === 0 ? undefined : faultOf(operands[4]);
    if (state === CallState.Free) return this.#freed(course, who, fault);
    if (fault !== undefined) course.fault = fault;
    const step = STEPS[state];
    return step === undefined ? null : { kind: step, call, ...(fault === undefined ? {} : { fault }) };
  }

  /** Taking the outcome of a call that has ended frees its record. A record that is freed otherwise was given up before, or was a dead caller's. */
  #freed({ before, call, fault: earlier }: Course, who: DomainId, fault: TraceFault | undefined): Pick<CallEvent, 'kind' | 'call' | 'fault'> {
    const hasEnded = before === CallState.Replied || before === CallState.Faulted || before === CallState.Refused;
    if (!hasEnded || who !== call.caller.id) return { kind: 'released', call };
    const told = fault ?? (before === CallState.Replied ? undefined : earlier);
    return { kind: 'outcome', call, ...(told === undefined ? {} : { fault: told }) };
  }

  /** Answers whether the last event was made, as far as this one tells. */
  #settleCall(course: Course, next: number): boolean {
    const fitsDone = isTransition(course.state, next);
    const fitsUndone = isTransition(course.before, next);
    this.#resolve(course.doubtful, fitsDone, fitsUndone);
    if (fitsDone || !fitsUndone) return true;
    course.state = course.before;
    return false;
  }

  #newCall(id: string, operands: readonly number[]): Mutable<TraceCall> {
    const caller = this.#domain(operands[2]);
    return { id, caller, callee: this.#domain(operands[3]), method: 'unnamed', parent: null, waits: false, lent: 0, moved: 0 };
  }

  #describe(call: Mutable<TraceCall>, operands: readonly number[]): TraceCall {
    const [, , caller, callee, method, parent, parentTag, counts] = operands;
    call.caller = this.#domain(caller);
    call.callee = this.#domain(callee);
    call.method = this.#reading.nameOf(method);
    call.parent = parent === 0 ? null : `${parent - 1}/${parentTag}`;
    call.waits = (counts & 1) !== 0;
    call.lent = (counts >>> 8) & 0xff;
    call.moved = (counts >>> 16) & 0xff;
    return call;
  }
}

function faultOf(word: number): TraceFault {
  const cause = faultCause(word);
  return { code: faultCode(word) ?? 'DomainCrashed', ...(cause === undefined ? {} : { cause }) };
}
