/** Collects what a document refers to and what can be referred to in it. Reads Markdown line by line. */
import { defineDomain, type RRef } from 'deciduous/domain';
import { HeadingNode, LinkCollector, LinkNode, LinkReport, type HeadingValue, type LinkValue } from '../generated/document.js';
import { proseLines } from './markdown-lines.js';
import { anchors } from './slug.js';

const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const INLINE = /!?\[((?:[^[\]\\]|\\.){0,300})\]\(\s*<?([^\s<>)]+)[^)\n]{0,300}\)/g;
const DEFINITION = /^ {0,3}\[([^\]\n]{1,300})\]:\s*<?(\S+?)>?(?:\s|$)/;
const BARE = /<(https?:\/\/[^<>\s]+)>/g;

function collect(source: string): { links: LinkValue[]; headings: HeadingValue[] } {
  const links: LinkValue[] = [];
  const headings: HeadingValue[] = [];
  const anchorOf = anchors();
  for (const line of proseLines(source)) {
    const heading = HEADING.exec(line);
    if (heading !== null) {
      const text = heading[2].replace(INLINE, '$1').replace(/[*_`]/g, '');
      headings.push({ level: heading[1].length, text, anchor: anchorOf(text) });
    }
    const definition = DEFINITION.exec(line);
    if (definition !== null) links.push({ text: definition[1], href: definition[2] });
    for (const [, text, href] of line.matchAll(INLINE)) links.push({ text, href });
    for (const [, href] of line.matchAll(BARE)) links.push({ text: href, href });
  }
  return { links, headings };
}

export default defineDomain({
  provides: { links: LinkCollector },
  init({ heap }) {
    return {
      links: {
        collect(document) {
          const { links, headings } = collect(document.source);
          // A list is made from its end: each node is allocated with the rest below it.
          let link: RRef<LinkNode> | null = null;
          for (const value of links.toReversed()) link = heap.alloc(LinkNode, { link: value, next: link });
          let heading: RRef<HeadingNode> | null = null;
          for (const value of headings.toReversed()) heading = heap.alloc(HeadingNode, { heading: value, next: heading });
          return heap.alloc(LinkReport, { path: document.path, linkCount: links.length, headingCount: headings.length, links: link, headings: heading });
        },
      },
    };
  },
});
