/** The language server as its users wait for it: from an edit of a file of 2,000 lines to its diagnostics. */
import { availableParallelism } from 'node:os';
import { openEditor } from '../idl/editor.js';
import { largeFile, wrongFile } from '../idl/large-file.js';
import { type Figure, figure, type SuiteOptions, type SuiteResult } from '../measure.js';

const LINES = 2000;
const EDITS = 400;
const WARM_UP = 40;
const AIM_MS = 100;

interface Measured {
  readonly samples: readonly number[];
  readonly hovers: readonly number[];
  readonly completions: readonly number[];
}

async function typing(text: string, isWrong: boolean, edits: number, warmUp: number, progress: (done: number) => void): Promise<Measured> {
  const lines = text.split('\n');
  // Where people type: the names of fields, throughout the file.
  const places = lines.flatMap((line, number) => (line.startsWith('  value') ? [{ line: number, character: 7 }] : []));
  const samples: number[] = [];
  const hovers: number[] = [];
  const completions: number[] = [];
  const timed = async (into: number[], operation: () => Promise<unknown>): Promise<unknown> => {
    const start = performance.now();
    const answer = await operation();
    into.push(performance.now() - start);
    return answer;
  };
  const editor = await openEditor(text);
  for (let edit = 0; edit < warmUp + edits; edit += 1) {
    // A letter is typed, and taken away again by the next edit.
    const place = places[((edit >> 1) * 37) % places.length];
    const found = await timed(samples, () => (edit % 2 === 0 ? editor.change(place, 0, 'x') : editor.change(place, 1, '')));
    if ((found === 0) === isWrong) throw new Error(`the server finds ${String(found)} mistakes`);
    if (edit % 8 === 0) {
      const type = { line: place.line, character: lines[place.line].length };
      if ((await timed(completions, () => editor.ask('textDocument/completion', type))) === undefined) throw new Error('no completion');
      await timed(hovers, () => editor.ask('textDocument/hover', place));
    }
    progress(edit);
  }
  await editor.close();
  return { samples: samples.slice(warmUp), hovers, completions };
}

/** The figure with the percentile that the aim names. */
function withP95(samples: readonly number[]): Figure & { readonly p95: number } {
  const sorted = [...samples].sort((a, b) => a - b);
  return { ...figure(samples, 'ms'), p95: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] };
}

export async function run({ progress, quick }: SuiteOptions): Promise<SuiteResult> {
  const edits = quick ? 4 : EDITS;
  const warmUp = quick ? 0 : WARM_UP;
  const whole = 2 * (edits + warmUp);
  const good = await typing(largeFile(LINES), false, edits, warmUp, (done) => progress(done, whole));
  const wrong = await typing(wrongFile(LINES), true, edits, warmUp, (done) => progress(whole / 2 + done, whole));
  const diagnostics = withP95(good.samples);
  const withErrors = withP95(wrong.samples);
  const ratios = { diagnostics_p95_ms: diagnostics.p95, diagnostics_with_errors_p95_ms: withErrors.p95 };
  return {
    suite: 'idl',
    node: process.versions.node,
    cores: availableParallelism(),
    results: {
      diagnostics_ms: diagnostics,
      diagnostics_with_errors_ms: withErrors,
      completion_ms: withP95([...good.completions, ...wrong.completions]),
      hover_ms: withP95([...good.hovers, ...wrong.hovers]),
    },
    ratios,
    aims: Object.fromEntries(Object.entries(ratios).map(([name, value]) => [name, { aim: `below ${AIM_MS}`, met: value < AIM_MS }])),
    leftOut: {},
  };
}
