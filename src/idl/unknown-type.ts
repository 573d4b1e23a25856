/** Types that are not of the language: written in another language's way, misspelt, or declared elsewhere. */
import type { Reporter, Span } from './diagnostic.js';
import { type Fix, replacement } from './fix.js';
import { counterpart, foreignType, LIST_TYPES, listOf } from './foreign-types.js';
import { isArrayType, isNamedType, isTupleType, type NamedType, type Type } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { BUILT_IN_TYPES } from './reserved-names.js';
import { onlySimilarName, similarName } from './similar-name.js';
import { sourceOf, spanOf } from './syntax-places.js';

export const UNBOUNDED_WAY_OUT = 'write [T; N]; for any number of them, RRefVec<T>, a list of `Option<RRef<Node>>`, or bytes';

/** Writes a list of any length as what it is here. */
export function asList(span: Span, element: string | undefined): Fix | undefined {
  const list = element === undefined ? undefined : listOf(element);
  return list === undefined ? undefined : replacement(span, list);
}

/** Writes what may be missing as an option of `value`. */
export function asOption(span: Span, value: string | undefined): Fix | undefined {
  return value === undefined ? undefined : replacement(span, `Option<${value}>`);
}

/** The type in a union of a type and null, as it is written. */
export function besideNull(left: Type | undefined, right: Type | undefined): string | undefined {
  const isNull = (side: Type | undefined): boolean => isNamedType(side) && (side.name === 'null' || side.name === 'undefined');
  const other = isNull(right) ? left : isNull(left) ? right : undefined;
  return isNamedType(other) || isArrayType(other) || isTupleType(other) ? other.$cstNode?.text : undefined;
}

/** Says that nothing is called so, and what may have been meant. */
export function reportUnknown(module: Module, type: NamedType, reporter: Reporter): void {
  const { name } = type;
  const parts = name.split('.');
  const span = spanOf(module.file, type, 'name');
  if (module.skipped.has(parts[parts.length - 1])) return;
  if (parts.length > 1) {
    const home = module.imports.get(parts[0]);
    if (home) {
      const similar = similarName(parts[1], home.declarations.keys());
      const meant = parts.length === 2 ? onlySimilarName(parts[1], home.declarations.keys()) : undefined;
      reporter.report(
        span,
        'unknownName',
        `package \`${parts[0]}\` declares no \`${parts.slice(1).join('.')}\``,
        similar ? `did you mean ${parts[0]}.${similar}?` : `see ${home.file.path}`,
        meant === undefined ? undefined : replacement(span, `${parts[0]}.${meant}`),
      );
    } else if (!module.broken) {
      reporter.report(span, 'unknownName', `no package \`${parts[0]}\` is imported`, `import it at the top: \`import "./${parts[0]}.idl";\``);
    }
    return;
  }
  const foreign = foreignType(name);
  const whole = spanOf(module.file, type);
  const args = type.arguments.map((_, index) => sourceOf(type, 'arguments', index) ?? '');
  if (LIST_TYPES.has(name)) {
    const list = args.length === 1 ? asList(whole, args[0]) : undefined;
    return reporter.report(span, 'unbounded', `\`${name}\` has no length`, UNBOUNDED_WAY_OUT, list);
  }
  if (foreign) {
    const here = counterpart(name, args);
    return reporter.report(span, 'notExchangeable', `\`${name}\` ${foreign.what}`, foreign.instead, here === undefined ? undefined : replacement(whole, here));
  }
  const [elsewhere, alsoThere] = [...module.imports.values()].filter((each) => each.declarations.has(name));
  const candidates = [...module.declarations.keys(), ...BUILT_IN_TYPES];
  const similar = similarName(name, candidates);
  const wayOut = elsewhere ? `write ${elsewhere.package}.${name}` : similar ? `did you mean ${similar}?` : `declare it, or import the file that does`;
  const meant = elsewhere ? (alsoThere ? undefined : `${elsewhere.package}.${name}`) : onlySimilarName(name, candidates);
  reporter.report(span, 'unknownName', `there is no type \`${name}\``, wayOut, meant === undefined ? undefined : replacement(span, meant));
}
