/** An interface as TypeScript: the proxy that callers see, and what its provider implements. */
import type { InterfaceDef, MethodDef, Schema, TypeRef } from '../../abi/schema.js';
import { comment } from './comment.js';
import type { TypeText } from './type-text.js';

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
function ruleOf(type: TypeRef, schema: Schema): string {
  if (type.kind === 'rref' && type.lent) return "lent: it stays the caller's; nobody may change it until the call has ended";
  if (type.kind === 'rref' || (type.kind === 'option' && type.value.kind === 'rref')) {
    return "moves: the callee's from the start of the call on; a call that never started gives it back";
  }
  if (type.kind === 'interface' || (type.kind === 'option' && type.value.kind === 'interface')) return 'a capability: the callee may call it until it drops it';
  return takesAlong(type, schema) ? 'copied, and the RRefs in it move' : 'copied';
}

/** Who owns a result. */
function resultRule(type: TypeRef, schema: Schema): string | undefined {
  if (type.kind === 'void') return undefined;
  if (type.kind === 'interface' || (type.kind === 'option' && type.value.kind === 'interface')) return "@returns a capability: the caller's until it drops it";
  if (type.kind === 'rref' || (type.kind === 'option' && type.value.kind === 'rref')) return "@returns moves: the caller's, to keep or to drop";
  return takesAlong(type, schema) ? '@returns copied, and the RRefs in it move to the caller' : undefined;
}

function methodComment(method: MethodDef, schema: Schema, promises: readonly string[] = [], indent = '  '): string {
  const params = method.params.map(
    ({ name, type, doc }) => `@param ${name} ${ruleOf(type, schema)}${doc === undefined ? '' : `. ${doc.replaceAll('\n', ' ')}`}`,
  );
  const since = method.since === undefined ? undefined : `@since ${method.since}`;
  const tags = [...params, resultRule(method.returns, schema), since].filter((tag) => tag !== undefined);
  const paragraphs = [[method.doc], promises, tags].map((lines) => lines.filter((line) => line !== undefined)).filter((lines) => lines.length > 0);
  return comment(
    paragraphs.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])),
    indent,
  );
}

/** What the interface promises its callers of a method. */
function promisesOf(method: MethodDef): string[] {
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

export function interfaceText(definition: InterfaceDef, schema: Schema, text: TypeText): string {
  const name = text.named(definition.name);
  const params = (method: MethodDef): string[] => method.params.map((param) => `${param.name}: ${text.given(param.type)}`);
  const received = (method: MethodDef): string[] => method.params.map((param) => `${param.name}: ${text.value(param.type)}`);
  const answer = (method: MethodDef): string => `${text.runtime('RpcResult')}<${text.value(method.returns)}>`;
  const blocking = definition.methods.filter(({ asyncOnly }) => !asyncOnly);
  const synchronous = blocking.map(
    (method) => `${methodComment(method, schema, promisesOf(method))}  ${method.name}(${params(method).join(', ')}): ${answer(method)};\n`,
  );
  const asynchronous = definition.methods.map((method) => {
    const taken = new Set(method.params.map((param) => param.name));
    let options = 'options';
    while (taken.has(options)) options = `call${options[0].toUpperCase()}${options.slice(1)}`;
    const doc = method.asyncOnly
      ? methodComment(method, schema, ['It stands here alone: it would block its caller for too long.', ...promisesOf(method)], '    ')
      : '';
    return `${doc}    ${method.name}(${[...params(method), `${options}?: ${text.runtime('CallOptions')}`].join(', ')}): Promise<${answer(method)}>;\n`;
  });
  const provided = definition.methods.map((method) => {
    const returns = text.given(method.returns);
    return `${methodComment(method, schema)}  ${method.name}(${received(method).join(', ')}): ${returns} | Promise<${returns}>;\n`;
  });
  const recoverable = definition.recoverable ? 'Recoverable: every method may be issued again after a crash.' : undefined;
  const noForward = definition.noForward ? 'Not to be forwarded: whoever is given a reference may call it, and only its provider may pass it on.' : undefined;
  const blocks = blocking.length > 0 ? 'each method blocks until the call has ended' : 'no method of it blocks, all stand on `async`';
  const promised =
    blocking.length > 0 ? 'The same methods as promises, which never block the thread.' : 'The methods, as promises, which never block the thread.';
  return (
    comment([definition.doc, recoverable, noForward, `The callers' side: ${blocks}.`]) +
    `export interface ${name} extends ${text.runtime('Reference')}, ${text.brand(definition.name)} {\n${synchronous.join('')}  /** ${promised} */\n  readonly async: {\n${asynchronous.join('')}  };\n}\n\n` +
    comment([definition.doc, "The provider's side: plain values, or promises of them. What is thrown is a panic and ends the domain."]) +
    `export interface ${name}Impl extends ${text.runtime('Provided')} {\n${provided.join('')}}\n`
  );
}
