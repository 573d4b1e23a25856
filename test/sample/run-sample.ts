/** Runs a sample as its users do: as a program of its own, in a process group of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
export const DOCUMENTS = fileURLToPath(new URL('../fixtures/documents', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'docs-pipeline-'));
}

export function startSample(args: readonly string[], sample = 'docs-pipeline'): Started {
  const program = path.join(REPOSITORY, 'samples', sample, 'main.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { cwd: REPOSITORY, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function runSample(args: readonly string[], sample?: string): Promise<Ended> {
  return startSample(args, sample).ended;
}

/** The commands of a process group that still run. What has ended and only waits to be collected does not. Linux only. */
export function runningInGroup(group: number): string[] {
  const running: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, command, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      const [state, , processGroup] = rest.split(' ');
      if (Number(processGroup) === group && state !== 'Z') running.push(`${pid} ${command}`);
    } catch {
      // It ended while we looked.
    }
  }
  return running;
}
