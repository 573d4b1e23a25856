/** What every trace must hold, whoever died during it: answered as a list of what does not. */
import type { CallEvent, OwnershipTransition, Trace, TraceOwner } from 'deciduous';

type Kind = CallEvent['kind'];

/** What may follow what in the life of one call; `''` is its beginning. */
const AFTER: { readonly [kind in Kind | '']: readonly Kind[] } = {
  // A record that was claimed and never sent is freed for a dead caller.
  '': ['sent', 'released'],
  sent: ['taken', 'refused'],
  taken: ['suspended', 'replied', 'faulted', 'abandoned', 'orphaned'],
  suspended: ['replied', 'faulted', 'abandoned', 'orphaned'],
  replied: ['outcome', 'released'],
  faulted: ['outcome', 'released'],
  refused: ['outcome', 'released'],
  // Who is told of the abandonment may be so before or after the callee has let go; and a promise may be answered after it was abandoned.
  abandoned: ['outcome', 'orphaned', 'ended', 'suspended'],
  orphaned: ['ended', 'suspended'],
  ended: ['outcome', 'released'],
  outcome: ['ended', 'released', 'orphaned', 'suspended'],
  released: [],
};

const LIVES = ['starting', 'live', 'panicked', 'dead', 'settled', 'thread ended', 'reclaimed', 'vacated'];

export function violations(trace: Trace): string[] {
  const found: string[] = [];
  let last: Trace['events'][number] | undefined;
  for (const event of trace.events) {
    if (last !== undefined && event.order <= last.order) found.push(`order ${event.order} comes after ${last.order}`);
    if (last !== undefined && event.timeMs < last.timeMs) found.push(`the time of ${event.order} is before that of ${last.order}`);
    last = event;
  }
  // Of what is lost nothing can be said, nor of what followed it.
  if (trace.lost === 0) found.push(...calls(trace), ...blocks(trace));
  return [...found, ...lives(trace)];
}

function calls({ events }: Trace): string[] {
  const found: string[] = [];
  const courses = new Map<string, CallEvent[]>();
  for (const event of events) {
    if (!('call' in event)) continue;
    const course = courses.get(event.call.id);
    if (course) course.push(event);
    else courses.set(event.call.id, [event]);
  }
  for (const [id, course] of courses) {
    if (course.some(({ inDoubt }) => inDoubt)) continue;
    let before: Kind | '' = '';
    for (const { kind, order } of course) {
      if (!AFTER[before].includes(kind))
        found.push(`call ${id}: ${kind} (${order}) after ${before || 'nothing'}: ${course.map((event) => event.kind).join(' ')}`);
      // An outcome that is told early does not change what may come.
      if (kind !== 'outcome' || before === 'replied' || before === 'faulted' || before === 'refused') before = kind;
    }
    if (course.filter(({ kind }) => kind === 'outcome').length > 1) found.push(`call ${id} has two outcomes`);
  }
  return found;
}

function blocks({ events }: Trace): string[] {
  const found: string[] = [];
  const last = new Map<number, OwnershipTransition>();
  for (const event of events) {
    if (event.kind !== 'ownership') continue;
    const before = last.get(event.block);
    last.set(event.block, event);
    const from = text(event.from);
    const where = `block ${event.block}, generation ${event.generation}: ${event.event} (${event.order})`;
    if (before === undefined) {
      if (from !== 'nobody') found.push(`${where} is its first and begins with ${from}`);
    } else if (from !== text(before.to) && !(before.inDoubt && from === text(before.from))) {
      // A page that is empty gets another use, and what lay where a block lies now is forgotten.
      const isNewUse = from === 'nobody' && before.to.kind === 'freeing' && event.generation > before.generation;
      if (!isNewUse) found.push(`${where} begins with ${from}, and ${before.event} (${before.order}) ended with ${text(before.to)}`);
    }
  }
  return found;
}

function lives({ events }: Trace): string[] {
  const found: string[] = [];
  const stages = new Map<number, string[]>();
  const gone = new Set<number>();
  for (const event of events) {
    if (gone.has(event.by.id)) found.push(`${event.by.label} tells of ${event.kind} (${event.order}) after its thread has ended`);
    if (event.kind !== 'life') continue;
    stages.set(event.domain.id, [...(stages.get(event.domain.id) ?? []), event.stage]);
    if (event.stage === 'thread ended') gone.add(event.domain.id);
  }
  for (const [id, told] of stages) {
    if (new Set(told).size < told.length) found.push(`domain ${id} has a stage twice: ${told.join(', ')}`);
    const known = told.filter((stage) => LIVES.includes(stage));
    if (known.join() !== LIVES.filter((stage) => known.includes(stage as never)).join())
      found.push(`domain ${id} has its stages in another order: ${told.join(', ')}`);
  }
  return found;
}

function text(owner: TraceOwner): string {
  switch (owner.kind) {
    case 'domain':
    case 'freeing':
      return `${owner.kind} ${owner.domain.id}`;
    case 'child':
      return `child of ${owner.parent}`;
    case 'transit':
      return `in transit by ${owner.record}`;
    default:
      return owner.kind;
  }
}
