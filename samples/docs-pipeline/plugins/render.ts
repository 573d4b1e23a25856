/**
 * Markdown to HTML with markdown-it. The document is consumed: what dies here takes it along.
 *
 * The bug, an honest one: the table of languages in highlight.ts is trusted to be complete.
 */
import { defineDomain } from 'deciduous/domain';
import Markdown, { type MarkdownIt } from 'markdown-it';
import { Page, Renderer } from '../generated/document.js';
import { highlight } from './highlight.js';
import { anchors } from './slug.js';

const SAFE_LINK = /^(?:https?:|mailto:|#)/i;

function makeMarkdown(): MarkdownIt {
  const markdown: MarkdownIt = new Markdown({
    html: false,
    linkify: true,
    highlight: (code, info) => highlight(code, info.trim(), markdown.utils.escapeHtml),
  });
  // A page loads nothing from elsewhere: an image becomes its description, and a relative link only says where it would lead.
  markdown.renderer.rules.image = (tokens, index, options, env, self) => {
    const { escapeHtml } = markdown.utils;
    const source = String(tokens[index].attrGet('src') ?? '');
    const label = escapeHtml(self.renderInlineAsText(tokens[index].children ?? [], options, env) || 'image');
    return `<span class="image" title="${escapeHtml(source)}">${label}</span>`;
  };
  markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
    const token = tokens[index];
    const href = String(token.attrGet('href') ?? '');
    if (!SAFE_LINK.test(href))
      token.attrs = [
        ['class', 'elsewhere'],
        ['title', href],
      ];
    else if (!href.startsWith('#')) token.attrSet('rel', 'noreferrer');
    return self.renderToken(tokens, index, options);
  };
  return markdown;
}

export default defineDomain({
  provides: { renderer: Renderer },
  init({ heap }) {
    const markdown = makeMarkdown();
    return {
      renderer: {
        render(document) {
          using source = document;
          const { path } = source;
          const tokens = markdown.parse(source.source, {});
          const anchorOf = anchors();
          let title = '';
          for (let index = 0; index < tokens.length; index++) {
            if (tokens[index].type !== 'heading_open') continue;
            const text = plainText(tokens[index + 1].children ?? []);
            tokens[index].attrSet('id', anchorOf(text));
            if (title === '') title = text.trim();
          }
          return heap.alloc(Page, { path, title: title === '' ? path : title, html: markdown.renderer.render(tokens, markdown.options, {}) });
        },
      },
    };
  },
});

function plainText(tokens: readonly { readonly type: string; readonly content: string }[]): string {
  return tokens
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');
}
