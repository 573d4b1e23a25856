/** `RRefArray<T, N>`, `RRefVec<T>` and `RRefDeque<T, N>`: what may be their elements. */
import type { ContainerType, TypeRef } from '../abi/schema.js';
import { MOST_ELEMENTS } from '../abi/schema.js';
import { evaluateLength } from './constants.js';
import type { Reporter, Span } from './diagnostic.js';
import { replacement } from './fix.js';
import { isNamedType, type LengthArgument, type NamedType, type Type } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { sourceOf, spanOf, textOf } from './syntax-places.js';

const CONTAINERS: ReadonlyMap<string, ContainerType['container']> = new Map([
  ['RRefArray', 'array'],
  ['RRefVec', 'vec'],
  ['RRefDeque', 'deque'],
]);

/** Which container `name` is; undefined where it is none. */
export function containerNamed(name: string | undefined): ContainerType['container'] | undefined {
  return name === undefined ? undefined : CONTAINERS.get(name);
}

/** The container that `type`, written with the right number of arguments, stands for. `resolve` resolves the type of an element. */
export function resolveContainer(
  module: Module,
  type: NamedType,
  container: ContainerType['container'],
  resolve: (element: Type | LengthArgument) => TypeRef | undefined,
  reporter: Reporter,
): TypeRef | undefined {
  const element = resolve(type.arguments[0]);
  const span = spanOf(module.file, type, 'arguments', 0);
  if (container === 'vec') {
    if (!element) return undefined;
    if (!refuseInPlace(element, span, reporter)) module.vecs.push({ type: element, span });
    return { kind: 'rref', target: { kind: 'container', container, element } };
  }
  const length = evaluateLength(module, textOf(type, 'arguments', 1) ?? '', spanOf(module.file, type, 'arguments', 1), MOST_ELEMENTS, reporter);
  const target = element?.kind === 'rref' && element.target.kind === 'container' ? element.target : element;
  if (!target || length === undefined) return undefined;
  if (target.kind === 'named' || target.kind === 'container') return { kind: 'rref', target: { kind: 'container', container, element: target, length } };
  const wayOut =
    target.kind === 'rref'
      ? `write ${type.name}<T, N>: the elements are references already`
      : 'wrap it: `struct Boxed { value: T; }`, or keep values in RRefVec<T>';
  const inner = type.arguments[0];
  const plain = target.kind === 'rref' && isNamedType(inner) ? sourceOf(inner, 'arguments', 0) : undefined;
  const fix = plain === undefined ? undefined : replacement(span, plain);
  reporter.report(span, 'rrefTarget', `the elements of an \`${type.name}\` refer to a struct, an enum or a container, not to this`, wayOut, fix);
  return undefined;
}

/** What a definition holds is known only when all have been read: see `refuseVecElement`. */
function refuseInPlace(element: TypeRef, span: Span, reporter: Reporter): boolean {
  switch (element.kind) {
    case 'scalar':
    case 'named':
      return false;
    case 'array':
      return refuseInPlace(element.element, span, reporter);
    case 'option':
      return refuseInPlace(element.value, span, reporter);
    case 'tuple':
      return element.elements.some((each) => refuseInPlace(each, span, reporter));
    case 'result':
      return refuseInPlace(element.ok, span, reporter) || refuseInPlace(element.err, span, reporter);
    default:
      refuseVecElement(span, reporter);
      return true;
  }
}

export function refuseVecElement(span: Span, reporter: Reporter): void {
  reporter.report(
    span,
    'vecElement',
    'an element of an `RRefVec` is copied as its bytes, and this has blocks of its own',
    'write RRefArray<T, N> or RRefDeque<T, N> for a T with strings, bytes or RRefs in it',
  );
}
