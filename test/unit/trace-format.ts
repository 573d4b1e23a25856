/**
 * The Trace Event Format as its public documentation has it ("Trace Event Format", the Chromium authors), as far as this project writes it: answered as a list of what a reader would stumble over.
 *
 *   B, E   nest on their thread; an end has the name of what it ends, where it has one
 *   b, e   match by category and id; may overlap others
 *   s, f   match by category, name and id, the start before the end; with `bp: 'e'` an end belongs to the slice that encloses it, a start always does
 *   i      has a scope: t, p or g
 *   C      has numbers as arguments
 *   M      names processes and threads
 */
import type { ChromeEvent, ChromeTrace } from 'deciduous';

const PHASES = 'BEbesfiCM';

export function faultsOf(trace: ChromeTrace): string[] {
  const found: string[] = [];
  const open = new Map<number, ChromeEvent[]>();
  const last = new Map<number, number>();
  const spans = new Map<string, number>();
  const flows = new Map<string, { starts: number; ends: number }>();
  const named = new Set<number>();
  const used = new Set<number>();
  for (const [place, event] of trace.traceEvents.entries()) {
    const { name, ph, ts, pid, tid } = event;
    const say = (what: string): void => void found.push(`event ${place}, ${ph} '${name}': ${what}`);
    if (!PHASES.includes(ph)) say('is of no known phase');
    if (typeof name !== 'string' || name === '') say('has no name');
    if (!Number.isFinite(ts) || ts < 0) say(`has the time ${ts}`);
    if (!Number.isInteger(pid) || !Number.isInteger(tid)) say('has no process or thread');
    if (ph === 'M') {
      if (name === 'thread_name') named.add(tid);
      if (typeof event.args !== 'object') say('says nothing');
      continue;
    }
    used.add(tid);
    if (ts < (last.get(tid) ?? 0)) say(`goes back in time on thread ${tid}`);
    last.set(tid, ts);
    const stack = open.get(tid) ?? [];
    open.set(tid, stack);
    if (ph !== 'C' && event.cat === undefined) say('has no category');
    if ((ph === 'b' || ph === 'e' || ph === 's' || ph === 'f') && !/^0x[0-9a-f]+$/.test(event.id ?? '')) say(`has the id ${event.id}`);
    switch (ph) {
      case 'B':
        stack.push(event);
        break;
      case 'E': {
        const begun = stack.pop();
        if (begun === undefined) say('ends nothing');
        else if (begun.name !== name || begun.cat !== event.cat) say(`ends '${begun.name}'`);
        break;
      }
      case 'b':
      case 'e': {
        const key = `${event.cat} ${event.id} ${name}`;
        const depth = (spans.get(key) ?? 0) + (ph === 'b' ? 1 : -1);
        if (depth < 0 || depth > 1) say(`is unmatched (${key})`);
        spans.set(key, depth);
        break;
      }
      case 's':
      case 'f': {
        const key = `${event.cat} ${name} ${event.id}`;
        const flow = flows.get(key) ?? { starts: 0, ends: 0 };
        flows.set(key, flow);
        if (stack.length === 0) say('is in no slice');
        if (ph === 's') flow.starts++;
        else {
          flow.ends++;
          if (flow.starts < flow.ends) say('comes before its start');
          if (event.bp !== 'e') say('would belong to the next slice');
        }
        if (flow.starts > 1 || flow.ends > 1) say(`is there more than once (${key})`);
        break;
      }
      case 'i':
        if (event.s !== 't') say('has no scope');
        break;
      default:
        if (Object.values(event.args ?? {}).length === 0 || Object.values(event.args ?? {}).some((value) => !Number.isFinite(value))) say('counts nothing');
    }
  }
  for (const [tid, stack] of open) for (const { name } of stack) found.push(`'${name}' on thread ${tid} never ends`);
  for (const [key, depth] of spans) if (depth !== 0) found.push(`span ${key} never ends`);
  for (const tid of used) if (!named.has(tid)) found.push(`thread ${tid} has no name`);
  if (!trace.traceEvents.some(({ ph, name }) => ph === 'M' && name === 'process_name')) found.push('the process has no name');
  return found;
}

/** Arrows that begin and never end, or the other way round, by kind: there are such only where a call was cut short, or its end was lost. */
export function looseEnds(trace: ChromeTrace): string[] {
  const ends = new Map<string, string>();
  for (const { ph, cat, id } of trace.traceEvents) {
    if (ph !== 's' && ph !== 'f') continue;
    const key = `${cat} ${id}`;
    ends.set(key, `${ends.get(key) ?? ''}${ph}`);
  }
  return [...ends].filter(([, phases]) => phases !== 'sf').map(([key, phases]) => `${key}: ${phases}`);
}
