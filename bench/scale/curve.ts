/**
 * Calls per second against the number of pairs, as an SVG: both axes logarithmic, one line for all pairs together and one for each of them. Colours follow the reader's scheme, and the
 * background is whatever the page has.
 */
import type { Point } from '../measure.js';

const WIDTH = 760;
const HEIGHT = 440;
const AREA = { left: 112, right: 150, top: 56, bottom: 64 };

const STYLE = `
    svg { color: #24292f; --total: #0550ae; --each: #bc4c00; --grid: #d0d7de; font: 13px system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) { svg { color: #e6edf3; --total: #79c0ff; --each: #ffa657; --grid: #3d444d; } }
    text { fill: currentColor; } .title { font-size: 16px; font-weight: 600; } .grid { stroke: var(--grid); } .axis { stroke: currentColor; }
    .total { stroke: var(--total); } .each { stroke: var(--each); } .dot-total { fill: var(--total); } .dot-each { fill: var(--each); }
    path { fill: none; stroke-width: 2; }`;

export function drawCurve(points: readonly Point[], machine: string): string {
  const rates = points.flatMap(({ callsPerSecond, eachMedian }) => [callsPerSecond, eachMedian]);
  const lowest = 10 ** Math.floor(Math.log10(Math.min(...rates)));
  const highest = 10 ** Math.ceil(Math.log10(Math.max(...rates)));
  const most = points[points.length - 1].pairs;
  const x = (pairs: number): number => place(Math.log2(pairs), 0, Math.max(1, Math.log2(most)), AREA.left, WIDTH - AREA.right);
  const y = (rate: number): number => place(Math.log10(rate), Math.log10(lowest), Math.log10(highest), HEIGHT - AREA.bottom, AREA.top);
  const lines: string[] = [];
  for (let decade = lowest; decade <= highest * 1.001; decade *= 10) {
    lines.push(`<line class="grid" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${round(y(decade))}" y2="${round(y(decade))}"/>`);
    lines.push(`<text x="${AREA.left - 10}" y="${round(y(decade) + 4)}" text-anchor="end">${decade.toLocaleString('en')}</text>`);
  }
  for (const { pairs } of points) lines.push(`<text x="${round(x(pairs))}" y="${HEIGHT - AREA.bottom + 22}" text-anchor="middle">${pairs}</text>`);
  for (const [name, label, rateOf] of [
    ['total', 'all pairs together', (point: Point) => point.callsPerSecond],
    ['each', 'each pair (median)', (point: Point) => point.eachMedian],
  ] as const) {
    const places = points.map((point) => ({ point, at: [round(x(point.pairs)), round(y(rateOf(point)))] }));
    lines.push(`<path class="${name}" d="M${places.map(({ at }) => at.join(' ')).join('L')}"/>`);
    for (const { point, at } of places) {
      const said = `${point.pairs} ${point.pairs === 1 ? 'pair' : 'pairs'}, ${label}: ${Math.round(rateOf(point)).toLocaleString('en')} calls per second`;
      lines.push(`<circle class="dot-${name}" cx="${at[0]}" cy="${at[1]}" r="4"><title>${said}</title></circle>`);
    }
    const last = places[places.length - 1].at;
    lines.push(`<text x="${last[0] + 12}" y="${last[1] + 4}">${label}</text>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="what">
  <title id="what">Calls per second against the number of pairs of domains</title>
  <style>${STYLE}
  </style>
  <text class="title" x="${AREA.left}" y="24">Calls per second against the number of pairs of domains</text>
  <text x="${AREA.left}" y="43">${machine}; both axes are logarithmic</text>
  ${lines.join('\n  ')}
  <line class="axis" x1="${AREA.left}" x2="${WIDTH - AREA.right}" y1="${HEIGHT - AREA.bottom}" y2="${HEIGHT - AREA.bottom}"/>
  <line class="axis" x1="${AREA.left}" x2="${AREA.left}" y1="${AREA.top}" y2="${HEIGHT - AREA.bottom}"/>
  <text x="${(AREA.left + WIDTH - AREA.right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">pairs of domains that call at the same time</text>
  <text transform="translate(16 ${(AREA.top + HEIGHT - AREA.bottom) / 2}) rotate(-90)" text-anchor="middle">calls per second</text>
</svg>
`;
}

function place(value: number, from: number, to: number, start: number, end: number): number {
  return start + ((value - from) / (to - from)) * (end - start);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
