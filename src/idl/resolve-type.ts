/**
 * From a type as written to a `TypeRef`, or to a diagnostic that says why it is not exchangeable where it stands.
 *
 * `undefined` means that the reporter was told, or that the syntax was broken: whatever contains it is left out of later checks.
 */
import type { TypeRef } from '../abi/schema.js';
import { MOST_ELEMENTS, SCALARS } from '../abi/schema.js';
import { evaluateLength } from './constants.js';
import type { Reporter, Span } from './diagnostic.js';
import { removal, replacement } from './fix.js';
import {
  isArrayType,
  isConst,
  isInterface,
  isLengthArgument,
  isLentType,
  isListType,
  isNamedType,
  isNullableType,
  isTupleType,
  isUnionType,
  type LengthArgument,
  type NamedType,
  type TupleType,
  type Type,
} from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { sourceOf, spanOf, textOf } from './syntax-places.js';
import { asList, asOption, besideNull, reportUnknown, UNBOUNDED_WAY_OUT } from './unknown-type.js';
import { BUILT_IN_TYPES } from './reserved-names.js';
import { containerNamed, resolveContainer } from './resolve-container.js';

/** Where a type stands: what is allowed depends on it. */
export interface Place {
  readonly in: 'field' | 'payload' | 'target' | 'element' | 'parameter' | 'result';
  /** It is the whole type of the parameter, result, field or payload. */
  readonly top: boolean;
  /** It is the first type of the `Result` that a method returns. */
  readonly okOfResult?: true;
}

export const MAX_BOUND = 2 ** 30;

export function resolveType(module: Module, type: Type | LengthArgument | undefined, place: Place, reporter: Reporter): TypeRef | undefined {
  if (!type) return undefined;
  const within: Place = { in: place.in, top: false };
  const span = spanOf(module.file, type);
  if (isLengthArgument(type)) {
    reporter.report(
      span,
      'typeArguments',
      `\`${type.length}\` is a number, and a type is wanted here`,
      'lengths are written in [T; N], RRefArray<T, N> and RRefDeque<T, N>',
    );
    return undefined;
  }
  if (isNamedType(type)) return resolveNamed(module, type, place, reporter);
  if (isArrayType(type)) {
    const element = resolveType(module, type.element, within, reporter);
    const text = textOf(type, 'length');
    if (text === undefined) {
      reporter.report(span, 'unbounded', 'this array has no length', UNBOUNDED_WAY_OUT, asList(span, sourceOf(type, 'element')));
      return undefined;
    }
    const length = evaluateLength(module, text, spanOf(module.file, type, 'length'), MOST_ELEMENTS, reporter);
    return element && length !== undefined ? { kind: 'array', element, length } : undefined;
  }
  if (isTupleType(type)) return resolveTuple(module, type, within, span, reporter);
  if (isLentType(type)) return resolveLent(module, type.target, type.mutable, place, span, reporter);
  if (isListType(type)) reporter.report(span, 'unbounded', 'this array has no length', UNBOUNDED_WAY_OUT, asList(span, type.element?.$cstNode?.text));
  if (isNullableType(type)) {
    const wayOut = 'write Option<T> for a T that may be missing';
    reporter.report(span, 'notExchangeable', '`?` is not part of the language', wayOut, asOption(span, type.value?.$cstNode?.text));
  }
  if (isUnionType(type)) {
    reporter.report(
      span,
      'notExchangeable',
      'a union of types does not say at run time which one it holds',
      'write Option<T> for `T | null`, or declare an enum with payloads',
      asOption(span, besideNull(type.left, type.right)),
    );
  }
  return undefined;
}

function resolveTuple(module: Module, type: TupleType, within: Place, span: Span, reporter: Reporter): TypeRef | undefined {
  if (type.function) {
    reporter.report(
      span,
      'notExchangeable',
      'a function is a reference into a private heap',
      'declare an interface with one method and pass a reference to it',
    );
    return undefined;
  }
  const labelled = type.elements.find((element) => element.label !== undefined);
  if (labelled)
    reporter.report(
      spanOf(module.file, labelled, 'label'),
      'notExchangeable',
      'the elements of a tuple have no names',
      'declare a struct, or leave the names out',
    );
  if (type.elements.length < 2)
    reporter.report(
      span,
      'empty',
      'a tuple of fewer than two types',
      type.elements.length === 1 ? 'write the type without parentheses' : 'write `void` where nothing is returned',
      type.elements.length === 1 && !labelled ? replacement(span, sourceOf(type, 'elements') ?? '', 'Take the parentheses away') : undefined,
    );
  const elements = type.elements.map((element) => resolveType(module, element.type, within, reporter));
  if (labelled || elements.length < 2) return undefined;
  return elements.every((element) => element !== undefined) ? { kind: 'tuple', elements } : undefined;
}

function resolveLent(module: Module, target: Type, mutable: boolean, place: Place, span: Span, reporter: Reporter): TypeRef | undefined {
  const written = isNamedType(target) ? target.name : undefined;
  if (mutable) {
    const wayOut = 'let the method take RRef<T>, change it and return it: `change(value: RRef<T>): RRef<T>`';
    const moves = written === 'RRef' || containerNamed(written) !== undefined ? (target.$cstNode?.text ?? '') : '';
    reporter.report(span, 'mutable', '`&mut` does not exist', wayOut, moves === '' ? undefined : replacement(span, moves, `Move it: ${moves}`));
    return undefined;
  }
  if (written !== 'RRef' && containerNamed(written) === undefined) {
    const once = isLentType(target) && !target.mutable ? target.$cstNode?.text : undefined;
    const fix = once === undefined ? undefined : replacement(span, once);
    reporter.report(span, 'lent', 'only an RRef can be lent', 'write &RRef<T>, or the type without `&` to pass a copy', fix);
    return undefined;
  }
  if (place.in !== 'parameter' || !place.top) {
    const where = {
      field: 'inside a struct',
      payload: 'inside an enum',
      target: 'inside an RRef',
      element: 'inside a container',
      parameter: 'inside another type',
      result: 'in a result',
    }[place.in];
    const message = `a loan cannot stand ${where}: it would outlive the call that it is lent for`;
    const text = target.$cstNode?.text;
    const canMove = text !== undefined && (place.in === 'field' || place.in === 'payload' || place.in === 'result');
    const wayOut = place.in === 'parameter' ? 'make it a parameter of its own, or move it: RRef<T>' : 'move it: write RRef<T>';
    reporter.report(span, 'lent', message, wayOut, canMove ? replacement(span, text, `Move it: ${text}`) : undefined);
    return undefined;
  }
  const resolved = resolveType(module, target, { in: 'parameter', top: false }, reporter);
  return resolved?.kind === 'rref' ? { ...resolved, lent: true } : undefined;
}

function resolveNamed(module: Module, type: NamedType, place: Place, reporter: Reporter): TypeRef | undefined {
  const { name } = type;
  if (!name) return undefined;
  const span = spanOf(module.file, type);
  const within: Place = { in: place.in, top: false };
  const boundText = type.bound === undefined ? undefined : textOf(type, 'bound');
  const container = containerNamed(name);
  const hasLength = container !== undefined && container !== 'vec';
  const takes = name === 'Result' || hasLength ? 2 : name === 'Option' || name === 'RRef' || container === 'vec' ? 1 : 0;
  if (name === 'RpcResult') {
    const wayOut = 'write only what the method returns: every caller gets it as an RpcResult';
    const plain = type.arguments.length === 1 ? sourceOf(type, 'arguments') : undefined;
    reporter.report(span, 'rpcResult', '`RpcResult` is not written out', wayOut, plain === undefined ? undefined : replacement(span, plain));
    return undefined;
  }
  if (boundText !== undefined && name !== 'string' && name !== 'bytes') {
    const bound = spanOf(module.file, type, 'bound');
    const from = bound.offset - (/<=\s*$/.exec(bound.file.text.slice(0, bound.offset))?.[0].length ?? 0);
    const fix = removal({ file: bound.file, offset: from, length: bound.offset + bound.length - from }, 'Take the bound away');
    reporter.report(bound, 'bound', `\`${name}\` cannot be bounded`, 'only string and bytes take `<=N`', fix);
  }
  const scalar = SCALARS.find((each) => each === name);
  if (!BUILT_IN_TYPES.has(name)) return resolveDeclared(module, type, place, reporter);
  if (type.arguments.length !== takes) {
    const shape = takes === 0 ? name : takes === 1 ? `${name}<T>` : hasLength ? `${name}<T, N>` : `${name}<T, E>`;
    reporter.report(
      span,
      'typeArguments',
      `\`${name}\` takes ${takes === 0 ? 'no' : takes} type argument${takes === 1 ? '' : 's'}, not ${type.arguments.length}`,
      `write ${shape}`,
      takes === 0 ? replacement(span, name) : undefined,
    );
    return undefined;
  }
  if (scalar) return { kind: 'scalar', scalar };
  if (container !== undefined) {
    return resolveContainer(module, type, container, (element) => resolveType(module, element, { in: 'element', top: true }, reporter), reporter);
  }
  switch (name) {
    case 'string':
    case 'bytes': {
      if (boundText === undefined) return { kind: name };
      const max = evaluateLength(module, boundText, spanOf(module.file, type, 'bound'), MAX_BOUND, reporter);
      return max === undefined ? undefined : { kind: name, max };
    }
    case 'void':
      if (place.in === 'result' && (place.top || place.okOfResult)) return { kind: 'void' };
      reporter.report(span, 'void', '`void` cannot stand here', 'leave it out, or write bool where only yes or no matters');
      return undefined;
    case 'Option': {
      const value = resolveType(module, type.arguments[0], within, reporter);
      if (value?.kind === 'option') {
        reporter.report(span, 'nestedOption', 'an option of an option', 'write one Option, or an enum with a variant for each case');
        return undefined;
      }
      return value && { kind: 'option', value };
    }
    case 'Result': {
      const okPlace: Place = place.in === 'result' && place.top ? { ...within, okOfResult: true } : within;
      const ok = resolveType(module, type.arguments[0], okPlace, reporter);
      const err = resolveType(module, type.arguments[1], within, reporter);
      return ok && err && { kind: 'result', ok, err };
    }
    default: {
      const target = resolveType(module, type.arguments[0], { in: 'target', top: true }, reporter);
      if (!target) return undefined;
      if (target.kind === 'named') return { kind: 'rref', target };
      const isContainer = target.kind === 'rref' && target.target.kind === 'container';
      const way = isContainer
        ? 'write the container alone: it is a reference already'
        : target.kind === 'rref'
          ? 'write one RRef'
          : 'pass it by value, or wrap it: `struct Boxed { value: T; }` and RRef<Boxed>';
      const inner = target.kind === 'rref' ? sourceOf(type, 'arguments') : undefined;
      reporter.report(
        span,
        'rrefTarget',
        'an RRef refers to a struct or an enum, not to this',
        way,
        inner === undefined ? undefined : replacement(span, inner),
      );
      return undefined;
    }
  }
}

/** The declaration that a name means in `module`, and the module that holds it. */
export function lookup(module: Module, name: string): { home: Module; declaration: NonNullable<ReturnType<Module['declarations']['get']>> } | undefined {
  const parts = name.split('.');
  const home = parts.length === 1 ? module : parts[0] === module.package ? module : module.imports.get(parts[0]);
  const declaration = parts.length <= 2 ? home?.declarations.get(parts[parts.length - 1]) : undefined;
  return home && declaration && { home, declaration };
}

function resolveDeclared(module: Module, type: NamedType, place: Place, reporter: Reporter): TypeRef | undefined {
  const span = spanOf(module.file, type);
  const nameSpan = spanOf(module.file, type, 'name');
  const found = lookup(module, type.name);
  if (!found) {
    reportUnknown(module, type, reporter);
    return undefined;
  }
  const { home, declaration } = found;
  if (isConst(declaration)) {
    reporter.report(nameSpan, 'unknownName', `\`${type.name}\` is a constant, not a type`, 'constants are lengths and bounds: [T; N], string<=N');
    return undefined;
  }
  if (type.arguments.length > 0) {
    reporter.report(
      span,
      'typeArguments',
      `\`${type.name}\` takes no type arguments`,
      'there are no generic definitions: declare one for each type',
      replacement(span, type.name),
    );
    return undefined;
  }
  const name = `${home.package}.${declaration.name}`;
  if (!isInterface(declaration)) return { kind: 'named', name };
  if (place.in === 'parameter' || place.in === 'result') return { kind: 'interface', name };
  const where = { field: 'inside a struct', payload: 'inside an enum', target: 'behind an RRef', element: 'in a container' }[place.in];
  reporter.report(
    span,
    'interfaceReference',
    `a reference to interface \`${type.name}\` cannot stand ${where}`,
    'pass it as a parameter of its own, without RRef',
  );
  return undefined;
}
