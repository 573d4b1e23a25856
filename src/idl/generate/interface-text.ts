/** An interface as TypeScript: the proxy that callers see, and what its provider implements. */
import type { InterfaceDef, MethodDef, Schema } from '../../abi/schema.js';
import { ownerOfArgument, ownerOfResult, promisesOf } from '../promises.js';
import { comment } from './comment.js';
import type { TypeText } from './type-text.js';

function methodComment(method: MethodDef, schema: Schema, promises: readonly string[] = [], indent = '  '): string {
  const params = method.params.map(
    ({ name, type, doc }) => `@param ${name} ${ownerOfArgument(type, schema)}${doc === undefined ? '' : `. ${doc.replaceAll('\n', ' ')}`}`,
  );
  const since = method.since === undefined ? undefined : `@since ${method.since}`;
  const result = ownerOfResult(method.returns, schema);
  const tags = [...params, result && `@returns ${result}`, since].filter((tag) => tag !== undefined);
  const paragraphs = [[method.doc], promises, tags].map((lines) => lines.filter((line) => line !== undefined)).filter((lines) => lines.length > 0);
  return comment(
    paragraphs.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines])),
    indent,
  );
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
