/** What two definitions of one name differ in, member by member. */
import type { Form, Member } from './form.js';
import { type TypeChange, typeChange } from './type-change.js';

export type DifferenceKind =
  | 'definition-kind'
  | 'no-forward-added'
  | 'no-forward-removed'
  | 'method-added'
  | 'method-inserted'
  | 'method-removed'
  | 'method-renamed'
  | 'method-reordered'
  | 'parameter-added'
  | 'parameter-removed'
  | 'parameter-type'
  | 'result-type'
  | 'field-added'
  | 'field-removed'
  | 'field-renamed'
  | 'field-reordered'
  | 'field-type'
  | 'variant-added'
  | 'variant-removed'
  | 'variant-renamed'
  | 'variant-reordered'
  | 'variant-payload'
  | 'enum-payloads'
  | Exclude<TypeChange, 'other'>;

export interface Difference {
  readonly kind: DifferenceKind;
  /** The definition, with its package. */
  readonly of: string;
  /** The member, by the name that it has afterwards, or had where it is gone. */
  readonly member?: string;
  /** Where something of a member differs: a parameter's index, or its result. */
  readonly part?: number | 'result';
  /** What stands on either side: a type, a name or a number, as the kind has it. Empty for nothing. */
  readonly before: string;
  readonly after: string;
}

const MEMBER = { struct: 'field', enum: 'variant', interface: 'method' } as const;

function signature({ type, params }: Member): string {
  return params === undefined ? type : `(${params.join(',')}):${type}`;
}

/** In the order of the members; what stands at the end comes last. Empty where both have one canonical line. */
export function differencesOf(before: Form, after: Form): Difference[] {
  const of = after.name;
  if (before.kind !== after.kind) return [{ kind: 'definition-kind', of, before: before.kind, after: after.kind }];
  const found: { readonly at: number; readonly difference: Difference }[] = [];
  const kind = MEMBER[before.kind];
  if (before.noForward !== after.noForward) {
    found.push({ at: -1, difference: { kind: after.noForward ? 'no-forward-added' : 'no-forward-removed', of, before: '', after: '' } });
  }
  /** By name before: which member it is afterwards. */
  const same = new Map<string, Member>();
  for (const [at, member] of before.members.entries()) {
    const kept = after.members.find(({ name }) => name === member.name);
    if (kept) same.set(member.name, kept);
    else {
      const there = after.members[at];
      const renamed = there && signature(there) === signature(member) && !before.members.some(({ name }) => name === there.name);
      if (renamed) same.set(member.name, there);
      const difference: Difference = renamed
        ? { kind: `${kind}-renamed`, of, member: there.name, before: member.name, after: there.name }
        : { kind: `${kind}-removed`, of, member: member.name, before: `${at + 1}`, after: '' };
      found.push({ at, difference });
    }
  }
  const kept = new Set(same.values());
  const last = after.members.findLastIndex((member) => kept.has(member));
  for (const [at, member] of after.members.entries()) {
    if (kept.has(member)) continue;
    const inserted = kind === 'method' && at < last;
    const stood = before.members[at]?.name ?? '';
    found.push({ at, difference: { kind: inserted ? 'method-inserted' : `${kind}-added`, of, member: member.name, before: stood, after: `${at + 1}` } });
  }
  // By rank among those that are on both sides, so that what was added or taken away is not told twice.
  const ranks = after.members.filter((member) => kept.has(member));
  const plain = before.members.every(({ type }) => type === '');
  for (const [rank, member] of before.members.filter(({ name }) => same.has(name)).entries()) {
    const now = same.get(member.name) as Member;
    const at = after.members.indexOf(now);
    if (ranks[rank] !== now) {
      found.push({ at, difference: { kind: `${kind}-reordered`, of, member: now.name, before: `${before.members.indexOf(member) + 1}`, after: `${at + 1}` } });
    }
    found.push(...memberDifferences(kind, of, member, now, plain).map((difference) => ({ at, difference })));
  }
  return found.sort((a, b) => a.at - b.at).map(({ difference }) => difference);
}

function memberDifferences(kind: 'field' | 'variant' | 'method', of: string, before: Member, after: Member, plain: boolean): Difference[] {
  const found: Difference[] = [];
  const add = (other: DifferenceKind, part: number | 'result' | undefined, was: string, is: string): void => {
    const change = was === '' || is === '' ? 'other' : typeChange(was, is);
    found.push({ kind: change === 'other' ? other : change, of, member: after.name, ...(part !== undefined && { part }), before: was, after: is });
  };
  const [old, now] = [before.params ?? [], after.params ?? []];
  if (old.length !== now.length) {
    const first = old.findIndex((text, index) => text !== now[index]);
    const at = Math.min(first < 0 ? old.length : first, Math.max(old.length, now.length) - 1);
    found.push({
      kind: old.length < now.length ? 'parameter-added' : 'parameter-removed',
      of,
      member: after.name,
      part: at,
      before: `${old.length}`,
      after: `${now.length}`,
    });
  } else {
    for (const [index, text] of old.entries()) if (text !== now[index]) add('parameter-type', index, text, now[index]);
  }
  if (before.type !== after.type) {
    if (kind === 'method') add('result-type', 'result', before.type, after.type);
    else if (kind === 'field') add('field-type', undefined, before.type, after.type);
    else add(plain ? 'enum-payloads' : 'variant-payload', undefined, before.type, after.type);
  }
  return found;
}
