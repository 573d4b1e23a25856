/**
 * Tagged templates whose raw text SES would refuse.
 *
 * Their raw text is what the source says, so no escape can stand in. Such a template becomes a plain call: its tag is handed
 * an object made once, equal to the one the engine would make: frozen, with a frozen `raw`, and the same at every evaluation.
 */
import type { AnyNode, TaggedTemplateExpression } from 'acorn';
import type MagicString from 'magic-string';
import { TEMPLATE, TEMPLATE_OBJECT } from './reserved-names.js';
import { isJudged, literal } from './respelling.js';

function rewrites(node: AnyNode): node is TaggedTemplateExpression {
  return node.type === 'TaggedTemplateExpression' && node.quasi.quasis.some((quasi) => isJudged(quasi.value.raw));
}

export class TaggedTemplates {
  /** Declarations of the template objects. */
  readonly declarations: string[] = [];
  readonly #tagged = new Set<AnyNode>();

  constructor(private readonly edit: MagicString) {}

  #declare({ quasi }: TaggedTemplateExpression): string {
    const name = `${TEMPLATE_OBJECT}${this.declarations.length}`;
    const cooked = quasi.quasis.map(({ value }) => (typeof value.cooked === 'string' ? literal(value.cooked) : 'void 0'));
    const raw = quasi.quasis.map(({ value }) => literal(value.raw));
    this.declarations.push(`const ${name}=${TEMPLATE}([${cooked.join(',')}],[${raw.join(',')}]);`);
    return name;
  }

  enter(node: AnyNode, key: string, parent: AnyNode | undefined): void {
    const { edit } = this;
    if (node.type === 'TaggedTemplateExpression') this.#tagged.add(node.quasi);
    // Parenthesised, because `new` in front of a call would take its arguments.
    if (rewrites(node)) edit.appendLeft(node.start, '(');
    if (!parent || !rewrites(parent) || key !== 'quasi' || node.type !== 'TemplateLiteral') return;
    const { expressions } = node;
    let from = node.start;
    let text = `(${this.#declare(parent)}`;
    for (const { start, end } of expressions) {
      edit.update(from, start, `${text},(`);
      from = end;
      text = ')';
    }
    edit.update(from, node.end, `${text})`);
  }

  leave(node: AnyNode): void {
    if (rewrites(node)) this.edit.appendLeft(node.end, ')');
  }

  /** Whether the template is tagged, so that its raw text is part of the program's meaning. */
  isTagged(template: AnyNode | undefined): boolean {
    return template !== undefined && this.#tagged.has(template);
  }
}
