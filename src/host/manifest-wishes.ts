/** What a leaf asks for in its manifest, and what of it its host gives. */
import type { Leaf } from '../abi/leaf.js';
import { DEFAULT_LIMITS, findBadLimit, type Limits } from '../abi/limits.js';
import { LoadError } from './load-error.js';

/** Throws a LoadError that names every capability asked for and not granted, before a thread is taken. */
export function refuseUngranted({ manifest }: Leaf, granted: { readonly [name: string]: object }, domain: string): void {
  if (manifest === undefined) return;
  const missing = Object.entries(manifest.imports).filter(([name]) => !Object.hasOwn(granted, name));
  if (missing.length === 0) return;
  const said = missing.map(([name, { interface: wanted }]) => `'${name}' (${wanted})`).join(', ');
  const [verb, pronoun] = missing.length === 1 ? ['was', 'it'] : ['were', 'them'];
  throw new LoadError('PermissionDenied', domain, `the domain imports ${said}, which ${verb} not granted: add ${pronoun} to the grant option of load()`);
}

/** The host's own word for each limit; else what the leaf asks for, or the default where it asks for nothing, cut to the most that an extension gets by itself. */
export function limitsOf({ manifest }: Leaf, given: Partial<Limits> | undefined, most: Limits): Limits {
  const asked = manifest?.limits ?? {};
  const bad = findBadLimit(asked);
  if (bad !== undefined) throw new TypeError(`the manifest of the leaf: ${bad}`);
  const wished = Object.entries({ ...DEFAULT_LIMITS, ...asked }) as [keyof Limits, number][];
  const cut = Object.fromEntries(wished.map(([name, value]) => [name, lesser(name, value, most[name])])) as unknown as Limits;
  return { ...cut, ...given };
}

/** Fuel alone may be 0, which is no bound. */
function lesser(name: keyof Limits, asked: number, most: number): number {
  if (name !== 'fuel') return Math.min(asked, most);
  if (asked === 0 || most === 0) return asked + most;
  return Math.min(asked, most);
}
