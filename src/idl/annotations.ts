/** Annotations: which there are, where they apply, and what they take. */
import type { Reporter } from './diagnostic.js';
import type { Annotation } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { spanOf } from './parse.js';

export type Annotated = 'struct' | 'field' | 'enum' | 'variant' | 'interface' | 'method' | 'const';

/** An entry for each annotation; those with arguments would say so here. */
const KNOWN: { readonly [name: string]: readonly Annotated[] } = { recoverable: ['interface'], noForward: ['interface'] };

/** Answers the names of the annotations that apply. */
export function checkAnnotations(module: Module, annotations: readonly Annotation[], on: Annotated, reporter: Reporter): Set<string> {
  const applied = new Set<string>();
  for (const annotation of annotations) {
    const { name } = annotation;
    if (!name) continue;
    const span = spanOf(module.file, annotation);
    const places = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
    if (!places) {
      reporter.report(
        span,
        'annotation',
        `there is no annotation \`@${name}\``,
        `remove it; there are ${Object.keys(KNOWN)
          .map((each) => `@${each}`)
          .join(', ')}`,
      );
    } else if (!places.includes(on)) {
      reporter.report(span, 'annotation', `\`@${name}\` does not apply to a ${on}`, `write it before an ${places.join(' or ')}`);
    } else if (annotation.arguments.length > 0) {
      reporter.report(span, 'annotation', `\`@${name}\` takes no arguments`, `write @${name}`);
    } else if (applied.has(name)) {
      reporter.report(span, 'annotation', `\`@${name}\` is there already`, 'remove one of the two');
    } else {
      applied.add(name);
    }
  }
  return applied;
}
