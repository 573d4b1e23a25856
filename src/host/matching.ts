/** Whether what is provided answers for what is asked for: at `get()` and at a grant. Equal interfaces do, and longer ones for their first methods (docs/compatibility.md). */
import type { Grant, LoadFailure, ProvidedInterface } from '../abi/control-protocol.js';
import type { Schema } from '../abi/schema.js';
import { firstDifference, type InterfaceOf } from '../compatibility/first-difference.js';
import { olderId } from '../compatibility/older-interfaces.js';
import type { Interfaces } from '../proxy/proxies.js';

interface Asked extends InterfaceOf {
  readonly id: string;
}

const WAY_OUT = 'generate both sides from the same file, or keep to what `deciduous idl check` calls compatible';

/** Where an interface is defined, among schemas whose ids the kernel has checked. */
export function definitionOf(id: string, schemas: readonly Schema[]): InterfaceOf | undefined {
  for (const schema of schemas) {
    const def = Object.values(schema.interfaces).find((each) => each.id === id);
    if (def) return { name: def.name, schema };
  }
  return undefined;
}

/**
 * The export that answers for `asked`: one of the same fingerprint before one that has more methods, in the order in which the domain names them. `schemas` are those of the extension.
 * Throws a TypeError that names the first difference, or lists what is provided.
 */
export function findProvided(
  domain: string,
  provides: { readonly [name: string]: ProvidedInterface },
  schemas: readonly Schema[],
  asked: Asked,
  as: string | undefined,
): ProvidedInterface {
  const all = Object.entries(provides);
  const named = all.filter(([name]) => as === undefined || as === name).map(([, what]) => what);
  const equal = named.find(({ interfaceId }) => interfaceId === asked.id);
  if (equal) return equal;
  const namesakes = named.filter(({ interfaceName }) => interfaceName === asked.name);
  const count = Object.hasOwn(asked.schema.interfaces, asked.name) ? asked.schema.interfaces[asked.name].methods.length : 0;
  // A domain may provide one interface under a thousand names.
  for (const id of new Set(namesakes.map(({ interfaceId }) => interfaceId))) {
    const own = definitionOf(id, schemas);
    if (own && olderId(own.name, own.schema, count) === asked.id) return namesakes.find(({ interfaceId }) => interfaceId === id) as ProvidedInterface;
  }
  const own = namesakes[0] && definitionOf(namesakes[0].interfaceId, schemas);
  const why = own ? ` (it provides another ${asked.name}, with another fingerprint: ${firstDifference(own, asked)}; ${WAY_OUT})` : '';
  const listed = all.map(([name, what]) => `${name}: ${what.interfaceName}`).join(', ') || 'nothing';
  throw new TypeError(`${domain} does not provide ${asked.name}${as === undefined ? '' : ` as '${as}'`}${why}; it provides ${listed}`);
}

/** What a failed load says more where a grant was another interface than the one that the domain imports: the first difference. */
export function whyGrantDiffers(
  { mismatch }: LoadFailure,
  grants: { readonly [name: string]: Grant },
  interfaces: Interfaces,
  schemas: readonly Schema[],
): string {
  if (mismatch === undefined) return '';
  const granted = interfaces.definition(grants[mismatch.grant]?.interfaceId ?? '');
  const asked = definitionOf(mismatch.interfaceId, schemas);
  return granted && asked ? `: ${firstDifference(granted, asked)}; ${WAY_OUT}` : '';
}
