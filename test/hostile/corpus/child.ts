/** Runs one case in a process of its own; its death is a result. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { HostileCase } from './case.js';
import type { Observation, Report } from './observation.js';

const LARGEST_MIB = 5 * 1024;
/** How often the parent looks at the child's memory. */
const LOOK_MS = 20;
/** A process that has told everything has so long to end. */
const LEAVE_MS = 3000;

/** The most that a process has had resident, in MiB; 0 when it is gone. */
function peakOf(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** A case as a child is asked it. */
export interface AskedCase extends HostileCase {
  /** For O8: so many steps are used up by the attack; undefined where it has no meaning. */
  readonly fuel?: number | undefined;
  /** When the caller of the attacked method gives up. */
  readonly deadlineMs: number;
  /** What the trusted build made of it, or said of it; for a domain alone. */
  readonly built?: { readonly leaf?: object; readonly refused?: object };
  /** The file of the neighbour's leaf, as JSON; for a domain alone. */
  readonly neighbour?: string;
}

export interface ChildOptions {
  /** The program: it reads the case from its standard input and writes its report, one line of JSON, to its standard output. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly limitMs: number;
  /** The Node that runs it: this one unless said. */
  readonly node?: string | undefined;
}

export function observe(asked: AskedCase, { program, args = [], limitMs, node = process.execPath }: ChildOptions): Promise<Observation> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [program, ...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    // Its whole group: what an attack has started goes with it.
    const end = (): void => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    let stdout = '';
    let stderr = '';
    let isOverdue = false;
    let isTooLarge = false;
    let leaving: NodeJS.Timeout | undefined;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-4_000_000);
      // Node waits for its threads when a process ends: one that does not stop keeps it for ever.
      if (leaving === undefined && /^\{"report":.*\n/m.test(stdout)) leaving = setTimeout(end, LEAVE_MS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-20_000)));
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(asked));
    const limit = setTimeout(() => {
      isOverdue = true;
      end();
    }, limitMs);
    const look = setInterval(() => {
      if (peakOf(child.pid as number) <= LARGEST_MIB) return;
      isTooLarge = true;
      end();
    }, LOOK_MS);
    const done = (): void => {
      clearTimeout(limit);
      clearTimeout(leaving);
      clearInterval(look);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('close', (code, signal) => {
      done();
      end();
      const line = stdout.split('\n').findLast((text) => text.startsWith('{"report":'));
      const report = line === undefined || isOverdue || isTooLarge ? null : (JSON.parse(line) as { report: Report }).report;
      resolve({ exit: { code, signal, isOverdue, isTooLarge }, stderr, report });
    });
  });
}
