/** What `deciduous run` tells people: log lines as they come, an epitaph where the domain died, figures at the end. */
import type { Epitaph, KernelStats, LogLine } from '../../host/index.js';
import type { Limits } from '../../abi/limits.js';

/** Further lines of a text are set in, so that none passes for a line of ours. */
export function logText({ level, text, dropped }: LogLine): string {
  return `${dropped > 0 ? `(${dropped} lines dropped)\n` : ''}${level.toLowerCase().padEnd(5)} ${text.replaceAll('\n', '\n      ')}`;
}

const milliseconds = (ms: number): string => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const size = (bytes: number): string => (bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`);

export function epitaphText({
  domain,
  incarnation,
  cause,
  message,
  stack,
  reclaimed,
  callersSettled,
  endedAfterMs,
  reclaimedAfterMs,
  escalation,
  next,
}: Epitaph): string {
  const steps = Object.entries(escalation).flatMap(([step, ms]) => (ms === null ? [] : [`${step.slice(0, -2)} ${milliseconds(ms as number)}`]));
  const frames = stack
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  return [
    `${domain}#${incarnation} died: ${cause}: ${message}`,
    ...frames,
    `  reclaimed ${reclaimed.blocks} blocks, ${size(reclaimed.bytes)}; ${callersSettled} callers settled; ended after ${milliseconds(endedAfterMs)}, reclaimed after ${milliseconds(reclaimedAfterMs)}`,
    ...(steps.length > 0 ? [`  stopped by ${steps.join(', ')}`] : []),
    ...(next === 'none' ? [] : [`  next: ${next}`]),
  ].join('\n');
}

/** Use beside limit, a line each. */
export function statsText({ calls, cpu, fuel, sharedHeapBytes, privateHeapBytes, timers, limits }: KernelStats['domains'][number]): string {
  const lines: [string, string, string][] = [
    ['calls', String(calls), ''],
    ['CPU', milliseconds(cpu.usedMs), cpuLimit(limits, cpu)],
    ['fuel', String(fuel.used), fuelLimit(limits, fuel)],
    ['shared heap', size(sharedHeapBytes), `of ${size(limits.sharedHeapBytes)}`],
    ['private heap', size(privateHeapBytes), `of ${size(limits.privateHeapBytes)}`],
    ['timers', String(timers), `of ${limits.timers}`],
  ];
  return lines.map(([what, use, limit]) => `${what.padEnd(14)}${use.padStart(10)}  ${limit}`.trimEnd()).join('\n');
}

/** The limit is one call's, and what was used is the whole life's. */
function fuelLimit({ fuel }: Limits, { lastCall }: KernelStats['domains'][number]['fuel']): string {
  return fuel === 0 ? 'steps' : `steps; the last call ${lastCall} of ${fuel}`;
}

function cpuLimit({ cpuShare }: Limits, { throttled, throttledMs }: KernelStats['domains'][number]['cpu']): string {
  if (cpuShare >= 1) return '';
  return `of ${Math.round(cpuShare * 100)} % of a core; throttled ${throttled} times, ${milliseconds(throttledMs)}`;
}
