/**
 * Whether a call may be issued again after its callee has died: only where the first attempt cannot have consumed anything.
 */
import type { MethodDef, TypeRef } from '../abi/schema.js';

/** Whatever defines structs and enums by name. */
interface Definitions {
  readonly structs: { readonly [name: string]: { readonly fields: readonly { readonly name: string; readonly type: TypeRef }[] } | undefined };
  readonly enums: { readonly [name: string]: { readonly variants: readonly { readonly name: string; readonly payload?: TypeRef }[] } | undefined };
}

export interface ReplayObstacle {
  /** A reference is no obstacle to a method that is idempotent; what moves is one to every method. */
  readonly what: 'rref' | 'interface';
  /** The parameter's index; undefined for the result. */
  readonly param?: number;
  readonly reason: string;
  readonly wayOut: string;
}

const APART = 'where doing it twice is doing it once write @idempotent before the method; else put it into an interface that is not @recoverable';

/** What a value of `type` carries by move, and on which path: `RRef` or an interface. */
function carries(type: TypeRef, definitions: Definitions, path: string, seen: Set<string>): { what: 'rref' | 'interface'; path: string } | undefined {
  switch (type.kind) {
    case 'rref':
      return type.lent ? undefined : { what: 'rref', path };
    case 'interface':
      return { what: 'interface', path };
    case 'array':
      return carries(type.element, definitions, path, seen);
    case 'option':
      return carries(type.value, definitions, path, seen);
    case 'result':
      return carries(type.ok, definitions, path, seen) ?? carries(type.err, definitions, path, seen);
    case 'tuple':
      for (const element of type.elements) {
        const found = carries(element, definitions, path, seen);
        if (found) return found;
      }
      return undefined;
    case 'named': {
      if (seen.has(type.name)) return undefined;
      seen.add(type.name);
      const struct = definitions.structs[type.name];
      const parts = struct
        ? struct.fields.map((field) => ({ path: `${path}.${field.name}`, type: field.type }))
        : (definitions.enums[type.name]?.variants ?? []).flatMap(({ name, payload }) => (payload ? [{ path: `${path}.${name}`, type: payload }] : []));
      for (const part of parts) {
        const found = carries(part.type, definitions, part.path, seen);
        if (found) return found;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** Why `method` is not replayable, an entry for each argument that stands in the way; empty where it is. */
export function whyNotReplayable(method: MethodDef, definitions: Definitions): ReplayObstacle[] {
  const obstacles: ReplayObstacle[] = [];
  for (const [param, { name, type }] of method.params.entries()) {
    const found = carries(type, definitions, name, new Set());
    if (found?.what === 'rref') {
      const reason = `\`${found.path}\` moves, and the callee may have consumed it before it died`;
      obstacles.push({
        what: 'rref',
        param,
        reason,
        wayOut: `lend it: \`&RRef<T>\`${type.kind === 'rref' ? '' : ' as a parameter of its own'}, or take @recoverable away`,
      });
    } else if (found) {
      const reason = `\`${found.path}\` passes an interface reference, which the first attempt may have used or kept`;
      obstacles.push({ what: 'interface', param, reason, wayOut: APART });
    }
  }
  const result = carries(method.returns, definitions, 'result', new Set());
  if (result?.what === 'interface') {
    const reason = 'it returns an interface reference, which dies with the callee and which no replay brings back';
    obstacles.push({ what: 'interface', reason, wayOut: APART });
  }
  return obstacles;
}
