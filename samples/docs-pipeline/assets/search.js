// Search over the index of terms that the plugin `words` made: every word typed must begin a term of the document, or be part of its path.
'use strict';
{
  const { documents, terms } = globalThis.searchIndex;
  const input = document.getElementById('search');
  const found = document.getElementById('found');
  const list = document.getElementById('documents');
  const items = [...list.children];
  const placeOf = new Map(documents.map(({ path }, place) => [path, place]));

  /** The first term that is not before `word`; terms are sorted. */
  const firstFrom = (word) => {
    let low = 0;
    let high = terms.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (terms[middle][0] < word) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** Scores by place of the document. A whole term counts more than a beginning; a term that few documents have counts more than one that many have. */
  const scoresOf = (word) => {
    const scores = new Map();
    for (let row = firstFrom(word); row < terms.length && terms[row][0].startsWith(word); row++) {
      const [term, ...pairs] = terms[row];
      const weight = (term === word ? 4 : 1) * Math.log(1 + documents.length / (pairs.length / 2));
      for (let at = 0; at < pairs.length; at += 2) scores.set(pairs[at], (scores.get(pairs[at]) ?? 0) + weight * Math.log2(1 + pairs[at + 1]));
    }
    documents.forEach(({ path }, place) => {
      if (path.toLowerCase().includes(word)) scores.set(place, (scores.get(place) ?? 0) + 20);
    });
    return scores;
  };

  const show = () => {
    const words = input.value.toLowerCase().match(/[^\s]+/g) ?? [];
    const scores = words.map(scoresOf);
    const scoreOf = (item) => {
      const place = placeOf.get(item.dataset.path);
      return scores.every((each) => each.has(place)) ? scores.reduce((sum, each) => sum + each.get(place), 0) : 0;
    };
    const scored = items.map((item) => [item, words.length === 0 ? 1 : scoreOf(item)]);
    if (words.length > 0) scored.sort((a, b) => b[1] - a[1]);
    let shown = 0;
    for (const [item, score] of scored) {
      item.hidden = score === 0;
      if (score > 0) shown++;
      list.append(item);
    }
    found.textContent = words.length === 0 ? '' : `${shown} of ${items.length} documents`;
  };

  input.addEventListener('input', show);
  if (location.hash.startsWith('#q=')) input.value = decodeURIComponent(location.hash.slice(3));
  show();
}
