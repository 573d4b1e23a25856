/** From declarations to definitions without ids, each with the place that later checks point at. */
import type { EnumDef, FieldDef, InterfaceDef, MethodDef, StructDef, TypeRef, VariantDef } from '../abi/schema.js';
import { type Applied, checkAnnotations } from './annotations.js';
import { checkVersions } from './versions.js';
import { type Constant, evaluateConst } from './constants.js';
import { checkMembers } from './declarations.js';
import type { Reporter, Span } from './diagnostic.js';
import { insertion, written } from './fix.js';
import { type Enum, type Interface, isEnum, isInterface, isStruct, type Method, type Struct } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { spanOf } from './syntax-places.js';
import { whyNotReplayable } from './replay.js';
import { resolveType } from './resolve-type.js';

export interface Located {
  readonly type: TypeRef;
  readonly span: Span;
}

/** Everything that the modules of one compilation define, by qualified name. */
export class Definitions {
  readonly structs: Record<string, Omit<StructDef, 'id'>> = {};
  readonly enums: Record<string, Omit<EnumDef, 'id'>> = {};
  readonly interfaces: Record<string, Omit<InterfaceDef, 'id'>> = {};
  /** Constants by qualified name, in order of declaration. */
  readonly constants = new Map<string, Constant & { readonly doc?: string }>();
  /** Where each definition is. */
  readonly spans = new Map<string, Span>();
  /** The types that a struct or enum holds by value, with their places. */
  readonly held = new Map<string, Located[]>();
  /** What stands as the element of an `RRefVec`, with its place. */
  readonly vecs: Located[] = [];
  /** The methods of each interface, with the place of their names and parameters. */
  readonly methodSpans = new Map<string, { readonly name: Span; readonly params: readonly Span[] }[]>();
}

const docOf = (doc: string | undefined): { doc?: string } => (doc === undefined ? {} : { doc });

/** Adds what `module` declares. Its imports have been added before. */
export function define(module: Module, definitions: Definitions, reporter: Reporter): void {
  for (const declaration of module.document.declarations) {
    if (!declaration.name) continue;
    const first = module.declarations.get(declaration.name) === declaration;
    const name = `${module.package}.${declaration.name}`;
    // A second declaration of a name is checked for its own mistakes, and then forgotten.
    const into = first ? definitions : new Definitions();
    into.spans.set(name, spanOf(module.file, declaration, 'name'));
    const doc = docOf(module.docs.before(declaration.$cstNode));
    if (isStruct(declaration)) defineStruct(module, declaration, name, doc, into, reporter);
    else if (isEnum(declaration)) defineEnum(module, declaration, name, doc, into, reporter);
    else if (isInterface(declaration)) defineInterface(module, declaration, name, doc, into, reporter);
    else {
      checkAnnotations(module, declaration.annotations, 'const', reporter);
      const constant = evaluateConst(module, declaration, reporter);
      if (constant) into.constants.set(name, { ...constant, ...doc });
    }
  }
  definitions.vecs.push(...module.vecs);
}

function defineStruct(module: Module, node: Struct, name: string, doc: { doc?: string }, into: Definitions, reporter: Reporter): void {
  checkAnnotations(module, node.annotations, 'struct', reporter);
  const fields: FieldDef[] = [];
  const held: Located[] = [];
  for (const field of checkMembers(module, node.fields, 'field', reporter)) {
    checkAnnotations(module, field.annotations, 'field', reporter);
    const type = resolveType(module, field.type, { in: 'field', top: true }, reporter);
    if (!type) continue;
    fields.push({ name: field.name, type, ...docOf(module.docs.before(field.$cstNode)) });
    held.push({ type, span: spanOf(module.file, field, 'type') });
  }
  if (node.fields.length === 0 && !module.recovered) {
    reporter.report(
      spanOf(module.file, node, 'name'),
      'empty',
      `struct \`${node.name}\` has no field`,
      'add one; where nothing is to be said, leave the type out',
    );
  }
  into.structs[name] = { name, ...doc, fields };
  into.held.set(name, held);
}

const MAX_VARIANTS = 256;

function defineEnum(module: Module, node: Enum, name: string, doc: { doc?: string }, into: Definitions, reporter: Reporter): void {
  checkAnnotations(module, node.annotations, 'enum', reporter);
  const variants: VariantDef[] = [];
  const held: Located[] = [];
  for (const variant of checkMembers(module, node.variants, 'variant', reporter)) {
    checkAnnotations(module, variant.annotations, 'variant', reporter);
    const several = variant.payload.length > 1;
    const parts = variant.payload.map((part) => resolveType(module, part, { in: 'payload', top: !several }, reporter));
    if (!parts.every((part) => part !== undefined)) continue;
    // `Rect(f64, f64)` holds a tuple.
    const payload: TypeRef | undefined = several ? { kind: 'tuple', elements: parts } : parts[0];
    variants.push({ name: variant.name, ...(payload && { payload }), ...docOf(module.docs.before(variant.$cstNode)) });
    if (payload) held.push({ type: payload, span: spanOf(module.file, variant, 'payload') });
  }
  const span = spanOf(module.file, node, 'name');
  if (node.variants.length === 0 && !module.recovered) reporter.report(span, 'empty', `enum \`${node.name}\` has no variant`, 'add one');
  if (variants.length > MAX_VARIANTS)
    reporter.report(span, 'tooLarge', `enum \`${node.name}\` has ${variants.length} variants`, `keep to ${MAX_VARIANTS}, or use a number`);
  into.enums[name] = { name, ...doc, variants };
  into.held.set(name, held);
}

function flagsOf({ recoverable, noForward }: Applied): Pick<InterfaceDef, 'recoverable' | 'noForward'> {
  return { ...(recoverable && { recoverable }), ...(noForward && { noForward }) };
}

/** What is written before a method counts for more than what is written before its interface. */
function promisesOf(own: Applied, ofInterface: Applied): Pick<MethodDef, 'idempotent' | 'deadlineMs' | 'asyncOnly' | 'since'> {
  const { idempotent, async: asyncOnly, since } = own;
  const deadlineMs = own.deadline ?? ofInterface.deadline;
  return { ...(idempotent && { idempotent }), ...(deadlineMs !== undefined && { deadlineMs }), ...(asyncOnly && { asyncOnly }), ...(since && { since }) };
}

function defineInterface(module: Module, node: Interface, name: string, doc: { doc?: string }, into: Definitions, reporter: Reporter): void {
  const annotations = checkAnnotations(module, node.annotations, 'interface', reporter);
  const methods: MethodDef[] = [];
  const spans: { name: Span; params: Span[] }[] = [];
  const versions: { method: Method; since: number | undefined }[] = [];
  for (const method of checkMembers(module, node.methods, 'method', reporter)) {
    const own = checkAnnotations(module, method.annotations, 'method', reporter);
    versions.push({ method, since: own.since });
    const defined = defineMethod(module, method, reporter);
    if (!defined) continue;
    methods.push({ ...defined.method, ...promisesOf(own, annotations) });
    spans.push(defined.spans);
  }
  checkVersions(module, versions, reporter);
  if (node.methods.length === 0 && !module.recovered) {
    reporter.report(spanOf(module.file, node, 'name'), 'empty', `interface \`${node.name}\` has no method`, 'add one');
  }
  into.interfaces[name] = { name, ...doc, ...flagsOf(annotations), methods };
  into.methodSpans.set(name, spans);
}

function defineMethod(module: Module, node: Method, reporter: Reporter): { method: MethodDef; spans: { name: Span; params: Span[] } } | undefined {
  const params: FieldDef[] = [];
  const spans: Span[] = [];
  let whole = true;
  for (const param of checkMembers(module, node.params, 'parameter', reporter)) {
    const type = resolveType(module, param.type, { in: 'parameter', top: true }, reporter);
    if (!type) whole = false;
    else {
      params.push({ name: param.name, type, ...docOf(module.docs.before(param.$cstNode)) });
      spans.push(spanOf(module.file, param));
    }
  }
  const nameSpan = spanOf(module.file, node, 'name');
  const returns = resolveType(module, node.returns, { in: 'result', top: true }, reporter);
  if (!node.returns && !module.recovered) {
    const whole = spanOf(module.file, node);
    const end = whole.offset + written(whole).lastIndexOf(')') + 1;
    const fix = insertion(end, ': void', 'Write : void');
    reporter.report(nameSpan, 'returnType', `method \`${node.name}\` does not say what it returns`, 'write `: void` where it returns nothing', fix);
  }
  if (!whole || !returns) return undefined;
  const method = { name: node.name, ...docOf(module.docs.before(node.$cstNode)), params, returns };
  // Whether it is replayable depends on definitions that may follow, so `judgeReplay` decides it once all are known.
  return { method: { ...method, replayable: true }, spans: { name: nameSpan, params: spans } };
}

/** Decides for each method whether it is replayable, and holds recoverable interfaces to it. */
export function judgeReplay(definitions: Definitions, reporter: Reporter): void {
  for (const [name, definition] of Object.entries(definitions.interfaces)) {
    const spans = definitions.methodSpans.get(name) ?? [];
    const methods = definition.methods.map((method, index): MethodDef => {
      const reasons = whyNotReplayable(method, definitions);
      if (reasons.length === 0) return method;
      for (const { what, param, reason, wayOut } of reasons) {
        const span = param === undefined ? spans[index].name : spans[index].params[param];
        if (method.idempotent && what === 'rref') {
          reporter.report(span, 'notIdempotent', `\`${method.name}\` cannot be idempotent: ${reason}`, `lend it, or take @idempotent away`);
        } else if (definition.recoverable && !method.idempotent) {
          reporter.report(span, 'notRecoverable', `\`${method.name}\` is not replayable: ${reason}`, wayOut);
        }
      }
      return { ...method, replayable: false, notReplayableBecause: reasons.map(({ reason }) => reason).join('; ') };
    });
    definitions.interfaces[name] = { ...definition, methods };
  }
}
