/** Why what is provided is not what is asked for, in one sentence: the first difference of two interfaces, looked for in the order of the methods and of what each names. */
import type { Schema } from '../abi/schema.js';
import { differencesOf } from './differences.js';
import { type Form, formOf, namesIn } from './form.js';
import { sentence } from './sentence.js';

export interface InterfaceOf {
  readonly name: string;
  readonly schema: Schema;
}

const SIDES = { before: 'in what is provided', after: 'in what is asked for' };

/** To be asked where the two have different ids and the one provided does not serve the other. */
export function firstDifference(provided: InterfaceOf, asked: InterfaceOf): string {
  if (provided.name !== asked.name) return `${provided.name.slice(0, 256)} is provided, and ${asked.name.slice(0, 256)} is asked for`;
  const seen = new Set<string>();
  const visit = (name: string): string | undefined => {
    if (seen.has(name)) return undefined;
    seen.add(name);
    const before = formOf(name, provided.schema);
    const after = formOf(name, asked.schema);
    if (before === undefined || after === undefined) return `${name} is not defined ${before === undefined ? SIDES.before : SIDES.after}`;
    // What the provider has behind the methods that are asked for is no reason.
    const [first] = differencesOf(before, after).filter((one) => name !== asked.name || !standsBehind(one, after));
    if (first) return sentence(first, SIDES);
    for (const next of namesIn(after)) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(asked.name) ?? otherwise(provided, asked);
}

function standsBehind({ kind, before }: { readonly kind: string; readonly before: string }, after: Form): boolean {
  return kind === 'method-removed' && Number(before) > after.members.length;
}

function otherwise(provided: InterfaceOf, asked: InterfaceOf): string {
  const before = formOf(provided.name, provided.schema);
  const after = formOf(asked.name, asked.schema);
  const [more] = before && after ? differencesOf(before, after) : [];
  if (more) return `${sentence(more, SIDES)}; an interface that is passed in its own calls has to be the same on both sides`;
  return 'the two have one definition, so one of the fingerprints is not the hash of what it stands beside: generate that module again';
}
