/** Which names a module declares: duplicates, reserved names, and collisions in what is generated are told here. */
import type { AstNode } from 'langium';
import { LONGEST_NAME } from '../abi/schema.js';
import type { Reporter, Span } from './diagnostic.js';
import { isEnum, isInterface, isStruct } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import type { Declaration } from './parse.js';
import { whyReservedDeclaration, whyReservedMember } from './reserved-names.js';
import { spanOf } from './syntax-places.js';

/** The names that generated code gives to what comes from `declaration`, the declared one first. */
export function generatedNames(declaration: Declaration): string[] {
  const { name } = declaration;
  if (isStruct(declaration)) return [name, `${name}Value`];
  if (isEnum(declaration)) return [name, `${name}View`, `${name}Type`];
  if (isInterface(declaration)) {
    const isRecoverable = declaration.annotations.some((annotation) => annotation.name === 'recoverable');
    return [name, `${name}Impl`, ...(isRecoverable ? [`${name}Shadow`] : [])];
  }
  return [name];
}

function checkLength(name: string, span: Span, reporter: Reporter): void {
  if (name.length > LONGEST_NAME) reporter.report(span, 'tooLarge', `a name of ${name.length} characters`, `keep to ${LONGEST_NAME}`);
}

export function declare(module: Module, reporter: Reporter): void {
  const { file, document } = module;
  const generated = new Map<string, Declaration>();
  for (const declaration of document.declarations) {
    const { name } = declaration;
    if (!name) continue;
    const span = spanOf(file, declaration, 'name');
    const reason = whyReservedDeclaration(name);
    if (reason) reporter.report(span, 'reserved', `nothing can be called \`${name}\`: ${reason}`, 'choose another name');
    checkLength(name, span, reporter);
    if (module.imports.has(name)) {
      reporter.report(span, 'duplicate', `\`${name}\` is the name of an imported package already`, 'choose another name');
    }
    if (module.declarations.has(name)) {
      reporter.report(span, 'duplicate', `\`${name}\` is declared twice in this package`, 'rename or remove one of the two');
      continue;
    }
    module.declarations.set(name, declaration);
    for (const each of generatedNames(declaration)) {
      const other = generated.get(each);
      if (other) {
        const message = `the code generated for \`${name}\` and for \`${other.name}\` would both declare \`${each}\``;
        reporter.report(span, 'duplicate', message, 'rename one of the two');
      } else {
        generated.set(each, declaration);
      }
    }
  }
}

/** Tells duplicates and reserved names. Answers the members that go on to later checks: the first of each name. */
export function checkMembers<Member extends AstNode & { readonly name: string }>(
  module: Module,
  members: readonly Member[],
  what: 'field' | 'variant' | 'method' | 'parameter',
  reporter: Reporter,
): Member[] {
  const seen = new Set<string>();
  return members.filter((member) => {
    const { name } = member;
    if (!name) return false;
    const span = spanOf(module.file, member, 'name');
    const reason = whyReservedMember(name);
    if (reason)
      reporter.report(
        span,
        'reserved',
        `a ${what} cannot be called \`${name}\`: ${reason}`,
        `choose another name, such as \`${name.replace(/^_+|_+$/g, '')}Value\``,
      );
    checkLength(name, span, reporter);
    if (seen.has(name)) {
      const wayOut = what === 'method' ? 'rename one of the two: methods are not overloaded' : 'rename or remove one of the two';
      reporter.report(span, 'duplicate', `there is a ${what} \`${name}\` already`, wayOut);
      return false;
    }
    seen.add(name);
    return true;
  });
}
