/** `deciduous run system.ts`: a system of domains at work, and what is told of it. */
import { extname, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Epitaph, GivenUp, KernelHandle, KernelStats, LogLine, System } from '../../host/index.js';
import { readSystem } from '../../pack/index.js';
import { complain, print, printJson, UsageError } from '../verb.js';
import { LOOK_MS, pause, untilIdle } from './idle.js';
import { epitaphText, logText } from './report.js';

/** The system that a file defines; undefined where it is an extension, or cannot be read as text. Nothing of the file runs. Throws a UsageError where it is a system that cannot be read. */
export async function systemIn(file: string): Promise<System | undefined> {
  if (!['.ts', '.js', '.mts', '.mjs'].includes(extname(file))) return undefined;
  const text = await readFile(file, 'utf8').catch(() => '');
  const url = pathToFileURL(resolve(file)).href;
  try {
    const system = (await readSystem(text, url)) as System | undefined;
    // What is said about files is meant from where it is said.
    return system === undefined ? undefined : { base: url, ...system };
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}

/** Starts it, and tells what happens until it has nothing left to do, is stopped, or gives up. Answers whether all is well; throws a UsageError where the system is wrong, and a LoadError where a domain does not come. */
export async function runSystem(kernel: KernelHandle, system: System, stopped: AbortSignal, isTimed: boolean, isJson: boolean): Promise<boolean> {
  const crashes: Epitaph[] = [];
  const logs: LogLine[] = [];
  const gaveUp: GivenUp[] = [];
  const over = new AbortController();
  kernel.on('log', (line) => (isJson ? logs.push(line) : print(`${line.domain}: ${logText(line)}`)));
  kernel.on('crash', (epitaph) => {
    crashes.push(epitaph);
    if (!isJson) complain(epitaphText(epitaph));
  });
  kernel.on('give-up', (given) => {
    gaveUp.push(given);
    if (!isJson) complain(`${given.path.join('/')} gives up: ${given.reason}`);
    over.abort();
  });
  const running = await kernel.start(system).catch((error: unknown) => {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  });
  if (!isJson) complain(`${running.name} runs: ${running.started.join(', ')}`);
  await untilIdle(kernel, AbortSignal.any([stopped, over.signal]), !isTimed, (domain) => running.domain(domain).staysDead !== null);
  await pause(LOOK_MS / 4);
  const { domains, supervisors } = await kernel.stats();
  const ok = gaveUp.length === 0;
  if (isJson) printJson({ ok, system: running.name, started: running.started, crashes, gaveUp, logs, domains, supervisors });
  else for (const domain of domains) complain(domainText(domain));
  return ok;
}

function domainText({ name, state, incarnation, calls, restarts, crashes }: KernelStats['domains'][number]): string {
  const died = Object.entries(crashes).map(([cause, count]) => `${cause} ${count}`);
  return `${name}#${incarnation} ${state}: ${calls} calls, ${restarts} restarts${died.length > 0 ? `, crashes: ${died.join(', ')}` : ''}`;
}
