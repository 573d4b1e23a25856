/** The published page of the matrix. */
import type { HostileCase } from '../../test/hostile/corpus/case.js';
import { WITHOUT_CODE } from '../../test/hostile/corpus/catalogue.js';
import { BOUNDS, ORACLES, type Verdict } from '../../test/hostile/corpus/oracles.js';
import { type Matrix, SYSTEMS } from './matrix.js';

const NAMES = {
  deciduous: 'Deciduous',
  worker: 'plain worker',
  vm: 'node:vm',
  vm2: 'vm2',
  'isolated-vm': 'isolated-vm',
  'quickjs-emscripten': 'quickjs-emscripten',
} as const;

function cellOf(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '–';
  const wrong = Object.keys(verdict.wrong);
  if (wrong.length === 0) return `held: ${verdict.end}`;
  if (wrong.includes('O5')) return '**escaped**';
  if (wrong[0] === 'end') return `**${verdict.end}**`;
  return `${verdict.end}, **${wrong.join(' ')}**`;
}

const isHeld = (verdict: Verdict | undefined): boolean => verdict !== undefined && Object.keys(verdict.wrong).length === 0;
const has = (verdict: Verdict | undefined, test: (verdict: Verdict) => boolean): boolean => verdict !== undefined && test(verdict);
const text = (value: string): string => value.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');

export function renderMatrix(matrix: Matrix, cases: readonly HostileCase[]): string {
  const rows = cases.filter(({ id }) => matrix.cases[id] !== undefined);
  const count = (system: (typeof SYSTEMS)[number], test: (verdict: Verdict) => boolean): number =>
    rows.filter(({ id }) => has(matrix.cases[id][system], test)).length;
  const lines = [
    '# Hostile extensions: what happens',
    '',
    'Each row is one line that the author of an extension could ship; each was run in a process of its own, against each system, and judged by the same oracles. Written by `npm run -s hostile -- matrix`;',
    'the cases are in [test/hostile/corpus](../test/hostile/corpus/catalogue.ts), and `npm run test:hostile` holds ours to them. What each failure was in words is in [the JSON](hostile-matrix.json).',
    '',
    `Node ${matrix.node}; ${SYSTEMS.filter((system) => system !== 'worker' && system !== 'vm')
      .map((system) => `${NAMES[system]} ${matrix.versions[system]}`)
      .join(', ')}. Memory is limited to 64 MB, time to one second (a domain: two slices of 150 ms of CPU`,
    'time), where a system has such a limit. `held: …` says how it ended; `answers` means that the attack found nothing to do and the call answered. In bold: **DIED** the host process ended, **HANG** it did not come back in eight',
    `seconds, **MEMORY** it took 5 GiB and was ended from outside, **CONDEMNED** its thread does not stop, **escaped** it told the secret of the host, and the oracles that did not hold. Bounds are generous, because they are asked on busy machines: a loop that stands still for ${BOUNDS.lagMs} ms (O1), ${BOUNDS.peakMib} MiB at the peak and ${BOUNDS.restMib} afterwards (O3).`,
    '',
    ...Object.entries(ORACLES).map(([name, { claim }]) => `- ${name}: ${claim}`),
    '',
    'A system that runs the guest on the thread of its host (`node:vm`, vm2, quickjs-emscripten) cannot hold O1 while the guest runs: that is what it is. `isolated-vm` was asked to run on another thread.',
    'A plain worker has `process`, and with it the environment, by design: `escaped` says that whatever code runs there has it.',
    '',
    `${rows.length} of the ${cases.length} cases are in this run, made on a busy machine with two cores, not every one for every system: \`–\` stands where it was not run or has no meaning. A rerun adds what is missing.`,
    '',
    '| system | cases | held | host died, hung or took gigabytes | escaped | other oracles |',
    '|---|---|---|---|---|---|',
    ...SYSTEMS.map((system) => {
      const of = count(system, () => true);
      const held = count(system, (verdict) => isHeld(verdict));
      const died = count(system, ({ end }) => /^(?:DIED|HANG|MEMORY)/.test(end));
      const escaped = count(system, ({ wrong }) => wrong['O5'] !== undefined);
      return `| ${NAMES[system]} | ${of} | ${held} | ${died} | ${escaped} | ${of - held - died - escaped} |`;
    }),
    '',
    '## Every case',
    '',
    `| id | what it does | ${SYSTEMS.map((system) => NAMES[system]).join(' | ')} |`,
    `|---|---|${SYSTEMS.map(() => '---|').join('')}`,
    ...rows.map(({ id, title }) => `| ${id} | ${text(title)} | ${SYSTEMS.map((system) => cellOf(matrix.cases[id][system])).join(' | ')} |`),
    '',
    '## What is not contained in a thread',
    '',
    'A domain is a thread of its host: what ends the process from inside of V8, and what one operation allocates before anything can count it, reaches the host.',
    '',
    ...(rows.every(({ id }) => isHeld(matrix.cases[id].deciduous) || matrix.cases[id].deciduous === undefined)
      ? ['Every case that was run was held.']
      : rows.flatMap(({ id, title }) => {
          const verdict = matrix.cases[id].deciduous;
          return verdict === undefined || isHeld(verdict)
            ? []
            : [
                `- ${id}, ${text(title)}: ${Object.entries(verdict.wrong)
                  .map(([oracle, what]) => `${oracle}: ${text(what)}`)
                  .join('; ')}.`,
              ];
        })),
    '',
    '## Cases without code of their own',
    '',
    ...WITHOUT_CODE.map(({ id, why }) => `- ${id}: ${why}.`),
  ];
  return `${lines.join('\n')}\n`;
}
