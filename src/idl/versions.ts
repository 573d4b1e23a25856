/**
 * `@since`: which version of an interface brought a method. A method's number on the wire is its place, so an interface grows at its end, and the
 * versions along its methods never fall.
 */
import type { Reporter } from './diagnostic.js';
import type { Method } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { spanOf } from './syntax-places.js';

/** A method that does not say so has been there from version 1 on. */
export function checkVersions(module: Module, methods: readonly { readonly method: Method; readonly since: number | undefined }[], reporter: Reporter): void {
  let latest = 1;
  let newest = '';
  for (const { method, since } of methods) {
    const own = since ?? 1;
    if (own >= latest) {
      if (own > latest) newest = method.name;
      latest = own;
      continue;
    }
    const annotation = method.annotations.find(({ name }) => name === 'since');
    // One that was refused has been told of.
    if (annotation && since === undefined) continue;
    reporter.report(
      annotation ? spanOf(module.file, annotation) : spanOf(module.file, method, 'name'),
      'since',
      `\`${method.name}\` is of version ${own}, and stands behind \`${newest}\`, which came with version ${latest}`,
      `if it is new, write @since(${latest}) before it; if it is not, move it before \`${newest}\``,
    );
  }
}
