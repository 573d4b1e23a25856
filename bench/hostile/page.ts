/** The published page of the matrix. */
import type { HostileCase } from '../../test/hostile/corpus/case.js';
import { WITHOUT_CODE } from '../../test/hostile/corpus/catalogue.js';
import { FUELLED } from '../../test/hostile/corpus/fuelled.js';
import { BOUNDS, ORACLES, type Verdict } from '../../test/hostile/corpus/oracles.js';
import { OVERSHOOTS } from '../../test/hostile/corpus/overshoots.js';
import { type Matrix, SYSTEMS } from './systems.js';

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
const text = (value: string): string => value.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');

/** A row of a summary: of how many, and how they ended. */
function countsOf(verdicts: readonly (Verdict | undefined)[]): string {
  const known = verdicts.filter((verdict) => verdict !== undefined);
  const held = known.filter(isHeld).length;
  const died = known.filter(({ end }) => /^(?:DIED|HANG|MEMORY)/.test(end)).length;
  const escaped = known.filter(({ wrong }) => wrong['O5'] !== undefined).length;
  return `${known.length} | ${held} | ${died} | ${escaped} | ${known.length - held - died - escaped} |`;
}

/** Where ours does not hold, in words: by case, and on which Node. */
function failuresOf(matrix: Matrix, cases: readonly HostileCase[]): string[] {
  return cases.flatMap(({ id, title }) => {
    const told = new Map<string, string[]>();
    for (const [node, verdict] of [
      [matrix.node, matrix.cases[id]?.deciduous] as const,
      ...Object.entries(matrix.nodes).map(([version, row]) => [version, row[id]] as const),
    ]) {
      if (verdict === undefined || isHeld(verdict)) continue;
      const said = Object.entries(verdict.wrong)
        .map(([oracle, what]) => `${oracle}: ${text(what)}`)
        .join('; ');
      told.set(said, [...(told.get(said) ?? []), node.split('.')[0]]);
    }
    return told.size === 0 ? [] : [`- ${id}, ${text(title)}: ${[...told].map(([said, nodes]) => `Node ${nodes.join(', ')}: ${said}`).join('. ')}.`];
  });
}

export function renderMatrix(matrix: Matrix, cases: readonly HostileCase[]): string {
  const rows = cases.filter(({ id }) => matrix.cases[id] !== undefined);
  const nodes = Object.entries(matrix.nodes).sort(([one], [other]) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
  const failures = failuresOf(matrix, cases);
  const lines = [
    '# Hostile extensions: what happens',
    '',
    'Each row is one line that the author of an extension could ship; each was run in a process of its own, against each system, and judged by the same oracles. Written by `npm run -s hostile -- matrix` (and `-- matrix --node 22,24,26`);',
    'the cases are in [test/hostile/corpus](../test/hostile/corpus/catalogue.ts), and `npm run test:hostile` holds ours to them. What each failure was in words is in [the JSON](hostile-matrix.json).',
    '',
    `Node ${matrix.node}; ${SYSTEMS.filter((system) => system !== 'worker' && system !== 'vm')
      .map((system) => `${NAMES[system]} ${matrix.versions[system]}`)
      .join(', ')}. Memory is limited to 64 MB, time to one second (a domain: two slices of 80 ms of CPU`,
    'time), where a system has such a limit. `held: …` says how it ended; `answers` means that the attack found nothing to do and the call answered. In bold: **DIED** the host process ended, **HANG** it did not come back in eight',
    'seconds (a domain: in sixty), **MEMORY** it took 5 GiB and was ended from outside, **CONDEMNED** its thread does not stop, **escaped** it told the secret of the host, and the oracles that did not hold.',
    '',
    '| oracle | claim | what it allows |',
    '|---|---|---|',
    ...Object.entries(ORACLES).map(([name, { claim, allows }]) => `| ${name} | ${claim} | ${allows} |`),
    '',
    'O1, O2 and O4 leave out the time in which threads were ready to run and no core was free (`/proc/self/task/*/schedstat`): a busy machine causes that, and an attack has one thread. For O1 and O2 it is that of the thread that waited longest, for O4 that of all threads of the innocent. Where nothing but O1, O2 or O4 is wrong the case is run once more,',
    'and the second run counts. O4, O7, O9 and O10 are about domains: the others have no neighbour, no next life, nothing lent and no events.',
    `O8 is asked of the ${FUELLED.size} cases that end by fuel before anything else: they are run in two more domains with a limit of fuel, and the cause, the message, the stack, all that was logged and all that the host was asked must be equal.`,
    '',
    'A system that runs the guest on the thread of its host (`node:vm`, vm2, quickjs-emscripten) cannot hold O1 while the guest runs: that is what it is. `isolated-vm` was asked to run on another thread.',
    'A plain worker has `process`, and with it the environment, by design: `escaped` says that whatever code runs there has it.',
    '',
    `${rows.length} of the ${cases.length} cases are in this run, made on a machine with two cores that were busy with other work, so that attacks of one thread got a part of one: where a time limit of wall-clock time ends them, that is in favour of who has it. \`–\` stands where a case is about handles, proxies, interfaces or lives, which the other systems do not have, or where it is one of a row of variants that cost them their time limit each.`,
    '',
    '| system | cases | held | host died, hung or took gigabytes | escaped | other oracles |',
    '|---|---|---|---|---|---|',
    ...SYSTEMS.map((system) => `| ${NAMES[system]} | ${countsOf(rows.map(({ id }) => matrix.cases[id][system]))}`),
    '',
    '## Every case',
    '',
    `| id | what it does | ${SYSTEMS.map((system) => NAMES[system]).join(' | ')} |`,
    `|---|---|${SYSTEMS.map(() => '---|').join('')}`,
    ...rows.map(({ id, title }) => `| ${id} | ${text(title)} | ${SYSTEMS.map((system) => cellOf(matrix.cases[id][system])).join(' | ')} |`),
    '',
    ...(nodes.length === 0
      ? []
      : [
          '## Deciduous on every version of Node',
          '',
          'The same children, run by other versions of Node. The other systems were run on the first alone. What is missing of a version is added by running the command again.',
          '',
          '| Node | cases | held | host died, hung or took gigabytes | escaped | other oracles |',
          '|---|---|---|---|---|---|',
          `| ${matrix.node} | ${countsOf(rows.map(({ id }) => matrix.cases[id].deciduous))}`,
          ...nodes.map(([version, row]) => `| ${version} | ${countsOf(cases.map(({ id }) => row[id]))}`),
          '',
          'Cases that do not end alike on those on which they were run (`–`: not run yet):',
          '',
          `| id | ${[matrix.node, ...nodes.map(([version]) => version)].join(' | ')} |`,
          `|---|${[matrix.node, ...nodes].map(() => '---|').join('')}`,
          ...cases.flatMap(({ id }) => {
            const cells = [matrix.cases[id]?.deciduous, ...nodes.map(([, row]) => row[id])].map(cellOf);
            return new Set(cells.filter((cell) => cell !== '–')).size < 2 ? [] : [`| ${id} | ${cells.join(' | ')} |`];
          }),
          '',
        ]),
    '## What is not contained in a thread',
    '',
    'A domain is a thread of its host: what ends the process from inside of V8, and what one operation allocates before anything can count it, reaches the host.',
    '',
    ...(failures.length === 0 ? ['Every case that was run was held.'] : failures),
    '',
    `These take more than ${BOUNDS.peakMib} MiB past what the process had, for a moment, and count as held up to what stands here:`,
    '',
    '| id | MiB | why |',
    '|---|---|---|',
    ...Object.entries(OVERSHOOTS).map(([id, { mib, why }]) => `| ${id} | ${mib} | ${text(why)} |`),
    '',
    '## Cases without code of their own',
    '',
    ...WITHOUT_CODE.map(({ id, why }) => `- ${id}: ${why}.`),
  ];
  return `${lines.join('\n')}\n`;
}
