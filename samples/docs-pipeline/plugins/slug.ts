/** Anchors of headings, as GitHub makes them, so that the links that authors wrote into their own documents keep working. */

/** Answers the anchors of one document's headings, in their order. Equal headings get a number. */
export function anchors(): (heading: string) => string {
  const used = new Map<string, number>();
  return (heading) => {
    const plain = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const slug = plain === '' ? 'section' : plain;
    const count = used.get(slug) ?? 0;
    used.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  };
}
