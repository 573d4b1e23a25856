/** What an interface says in words, in generated code and on its reference page: who owns what is passed, and what its methods promise. */
import type { MethodDef, Schema, TypeRef } from '../abi/schema.js';

/** Whether a value of `type` takes RRefs along. */
function takesAlong(type: TypeRef, schema: Schema, seen = new Set<string>()): boolean {
  switch (type.kind) {
    case 'rref':
      return true;
    case 'array':
      return takesAlong(type.element, schema, seen);
    case 'option':
      return takesAlong(type.value, schema, seen);
    case 'tuple':
      return type.elements.some((element) => takesAlong(element, schema, seen));
    case 'result':
      return takesAlong(type.ok, schema, seen) || takesAlong(type.err, schema, seen);
    case 'named': {
      if (seen.has(type.name)) return false;
      seen.add(type.name);
      if (Object.hasOwn(schema.structs, type.name)) return schema.structs[type.name].fields.some((field) => takesAlong(field.type, schema, seen));
      return schema.enums[type.name].variants.some(({ payload }) => payload !== undefined && takesAlong(payload, schema, seen));
    }
    default:
      return false;
  }
}

/** Who owns an argument when. */
export function ownerOfArgument(type: TypeRef, schema: Schema): string {
  if (type.kind === 'rref' && type.lent) return "lent: it stays the caller's; nobody may change it until the call has ended";
  if (type.kind === 'rref' || (type.kind === 'option' && type.value.kind === 'rref')) {
    return "moves: the callee's from the start of the call on; a call that never started gives it back";
  }
  if (type.kind === 'interface' || (type.kind === 'option' && type.value.kind === 'interface')) return 'a capability: the callee may call it until it drops it';
  return takesAlong(type, schema) ? 'copied, and the RRefs in it move' : 'copied';
}

/** Who owns a result; undefined where there is nothing to own. */
export function ownerOfResult(type: TypeRef, schema: Schema): string | undefined {
  if (type.kind === 'void') return undefined;
  if (type.kind === 'interface' || (type.kind === 'option' && type.value.kind === 'interface')) return "a capability: the caller's until it drops it";
  if (type.kind === 'rref' || (type.kind === 'option' && type.value.kind === 'rref')) return "moves: the caller's, to keep or to drop";
  return takesAlong(type, schema) ? 'copied, and the RRefs in it move to the caller' : undefined;
}

/** What the interface promises its callers of a method. */
export function promisesOf(method: MethodDef): string[] {
  const { deadlineMs } = method;
  return [
    replayText(method),
    ...(deadlineMs === undefined ? [] : [`A caller waits ${deadlineMs} ms at the most, and then has \`TimedOut\`; it may ask for less.`]),
  ];
}

function replayText(method: MethodDef): string {
  if (method.replayable) return 'Replayable: nothing moves into the call, so it may be issued again after a crash.';
  if (method.idempotent) return 'Idempotent: doing it twice is doing it once, so it may be issued again after a crash.';
  return `Not replayable: ${method.notReplayableBecause?.replaceAll('`', '') ?? 'something moves'}.`;
}
