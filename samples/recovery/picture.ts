/** Throughput every 10 ms, with the crashes marked, as an SVG: reads above, writes below. Colours follow the reader's scheme, and the background is whatever the page has. */
import { SLOT_MS, type Window, type Work } from './client.js';

const WIDTH = 960;
const PANEL = 200;
const AREA = { left: 76, right: 20, top: 78, gap: 62, bottom: 58 };
const HEIGHT = AREA.top + 2 * PANEL + AREA.gap + AREA.bottom;
const PAGE_MB = 4096 / 1e6;

const STYLE = `
    svg { color: #24292f; --read: #0550ae; --write: #1a7f37; --crash: #cf222e; --grid: #d0d7de; font: 13px system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) { svg { color: #e6edf3; --read: #79c0ff; --write: #56d364; --crash: #ff7b72; --grid: #3d444d; } }
    text { fill: currentColor; } .title { font-size: 16px; font-weight: 600; } .name { font-weight: 600; } .grid { stroke: var(--grid); } .axis { stroke: currentColor; }
    path { fill: none; stroke-width: 1; } .read { stroke: var(--read); } .write { stroke: var(--write); } .crash { fill: var(--crash); } .mark { stroke: var(--crash); stroke-dasharray: 3 3; opacity: 0.6; }`;

const NAMES: { readonly [work in Work]: string } = { read: 'reads', write: 'writes' };

export function drawThroughput(windows: { readonly [work in Work]: Window }, heading: string, machine: string): string {
  const right = WIDTH - AREA.right;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="what">
  <title id="what">Throughput while the ${heading}</title>
  <style>${STYLE}
  </style>
  <text class="title" x="${AREA.left}" y="24">Throughput while the ${heading}</text>
  <text x="${AREA.left}" y="44">4 KiB pages, one at a time, through file system and shadow; every ${SLOT_MS} ms; ${machine}</text>
  <path class="crash" d="M${right - 64} 34l5 9h-10z"/><text x="${right - 54}" y="44">crash</text>
  ${(['read', 'write'] as const).map((work, index) => panel(windows[work], work, AREA.top + index * (PANEL + AREA.gap))).join('\n  ')}
  <text x="${(AREA.left + right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">seconds</text>
</svg>
`;
}

function panel({ slots, crashes, seconds, pages }: Window, work: Work, top: number): string {
  const right = WIDTH - AREA.right;
  const bottom = top + PANEL;
  const rates = [...slots].map((count) => (count * PAGE_MB * 1000) / SLOT_MS);
  const step = stepFor(Math.max(1, ...rates) / 4);
  const most = Math.ceil(Math.max(1, ...rates) / step) * step;
  const whole = (slots.length * SLOT_MS) / 1000;
  const x = (at: number): number => round(AREA.left + (at / whole) * (right - AREA.left));
  const y = (rate: number): number => round(bottom - (rate / most) * PANEL);
  const lines: string[] = [
    `<text class="name" x="${AREA.left}" y="${top - 12}">${NAMES[work]}, ${((pages * PAGE_MB) / seconds).toFixed(1)} MB/s on the whole</text>`,
  ];
  for (let rate = 0; rate <= most + step / 2; rate += step) {
    lines.push(`<line class="grid" x1="${AREA.left}" x2="${right}" y1="${y(rate)}" y2="${y(rate)}"/>`);
    lines.push(`<text x="${AREA.left - 8}" y="${y(rate) + 4}" text-anchor="end">${+rate.toFixed(1)}</text>`);
  }
  const tick = stepFor(whole / 10);
  for (let at = 0; at <= whole + tick / 1000; at += tick) lines.push(`<text x="${x(at)}" y="${bottom + 18}" text-anchor="middle">${+at.toFixed(2)}</text>`);
  for (const { atMs, tookMs } of crashes) {
    const at = x(atMs / 1000);
    lines.push(`<line class="mark" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>`);
    lines.push(
      `<path class="crash" d="M${at} ${top - 9}l5 9h-10z"><title>crash at ${(atMs / 1000).toFixed(2)} s, answered after ${tookMs.toFixed(1)} ms</title></path>`,
    );
  }
  lines.push(`<path class="${work}" d="M${rates.map((rate, slot) => `${x(((slot + 0.5) * SLOT_MS) / 1000)} ${y(rate)}`).join('L')}"/>`);
  lines.push(
    `<line class="axis" x1="${AREA.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/><line class="axis" x1="${AREA.left}" x2="${AREA.left}" y1="${top}" y2="${bottom}"/>`,
  );
  lines.push(`<text transform="translate(18 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">MB/s</text>`);
  return lines.join('\n  ');
}

/** 1, 2 or 5 times a power of ten, at least so much. */
function stepFor(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
