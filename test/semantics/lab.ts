/** What the tests of the semantics tables share: a kernel, the lab extensions, and ways to die. */
import { fileURLToPath } from 'node:url';
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type LoadOptions, type RRef, type RpcResult } from 'deciduous';
import { expect } from 'vitest';
import { packExtension } from '../../dist/pack/index.js';
import { Holder, Lab, Note, Relay, type Way } from '../fixtures/extensions/generated/lab.js';

export { Holder, Lab, Note, Relay };

export function extension(name: string): string {
  return fileURLToPath(new URL(`../fixtures/extensions/${name}`, import.meta.url));
}

const leaves = new Map<string, ReturnType<typeof packExtension>>();
/** An extension, built once for all tests of a file. */
export function leafOf(name: string): ReturnType<typeof packExtension> {
  const known = leaves.get(name) ?? packExtension(extension(name));
  leaves.set(name, known);
  return known;
}

/** A death that a test can cause, and what the caller of the running call and the epitaph say of it. */
export interface Death {
  readonly name: string;
  /** What the domain does by itself; for a kill it runs until it is killed. */
  readonly way: Way;
  readonly cause: Epitaph['cause'];
  /** The error of the call that was running. A hanging call is told after one slice, before its domain is killed after two. */
  readonly code: 'DomainCrashed' | 'TimedOut';
}

export const DEATHS: readonly Death[] = [
  { name: 'a panic', way: 'Panic', cause: 'panic', code: 'DomainCrashed' },
  { name: 'a hang', way: 'Hang', cause: 'hang', code: 'TimedOut' },
  { name: 'heap exhaustion', way: 'Memory', cause: 'out-of-memory', code: 'DomainCrashed' },
  { name: 'a stack overflow', way: 'Overflow', cause: 'stack-overflow', code: 'DomainCrashed' },
  { name: 'terminate()', way: 'Hang', cause: 'killed', code: 'DomainCrashed' },
];

export class World {
  readonly kernel: KernelHandle;
  readonly crashes: Epitaph[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  private constructor(kernel: KernelHandle) {
    this.kernel = kernel;
    kernel.on('crash', (epitaph) => {
      this.crashes.push(epitaph);
      for (const { count, resolve } of this.#waiting) if (this.crashes.length >= count) resolve();
    });
  }

  static async open(options: Parameters<typeof boot>[0] = {}): Promise<World> {
    return new World(await boot({ spares: 1, ...options }));
  }

  /** Resolves when so many domains have died. */
  async died(count = 1): Promise<Epitaph[]> {
    if (this.crashes.length < count) {
      const keepAlive = setInterval(() => {}, 1000);
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
      clearInterval(keepAlive);
    }
    return this.crashes;
  }

  /** Resolves when a domain of that name writes its next line, which is what those do that are told to hang. */
  says(name: string): Promise<void> {
    return new Promise((resolve) => {
      const hear = (line: { readonly domain: string }): void => {
        if (line.domain !== name) return;
        this.kernel.off('log', hear);
        resolve();
      };
      this.kernel.on('log', hear);
    });
  }

  /** Resolves when a domain of that name has worked for so many milliseconds of CPU time more. */
  async works(name: string, milliseconds: number): Promise<void> {
    const usedMs = async (): Promise<number> => (await this.kernel.stats()).domains.find((domain) => domain.name === name)?.cpu.usedMs ?? 0;
    const until = (await usedMs()) + milliseconds;
    await expect.poll(usedMs, { interval: 5, timeout: 30_000 }).toBeGreaterThan(until);
  }

  async lab(options: LoadOptions = {}): Promise<{ domain: DomainHandle; lab: Lab }> {
    const domain = await this.kernel.load(await leafOf('lab.ts'), {
      name: 'lab',
      ...options,
      limits: { timeSliceMs: 60, privateHeapBytes: 32 * 2 ** 20, ...options.limits },
    });
    return { domain, lab: domain.get(Lab) };
  }

  /** A list of so many notes that the host owns. */
  list(length: number): RRef<Note> {
    let head: RRef<Note> | null = null;
    for (let weight = length; weight > 0; weight--) head = this.kernel.heap.alloc(Note, { text: `note ${weight}`, weight, next: head });
    return head as RRef<Note>;
  }

  /** Makes a domain die in a call, and answers the call's outcome when the domain is dead and buried. */
  async dieIn(death: Death, domain: DomainHandle, call: () => Promise<RpcResult<unknown>>): Promise<RpcResult<unknown>> {
    const before = this.crashes.length;
    // Only a hang is to meet the time slice.
    if (death.cause !== 'hang') await domain.setLimits({ timeSliceMs: 60_000 });
    const hangs = this.says(domain.name);
    const pending = call();
    if (death.cause === 'killed') {
      await Promise.race([hangs, pending]);
      await new Promise((resolve) => setTimeout(resolve, 20));
      void domain.kill();
    }
    const result = await pending;
    await this.died(before + 1);
    return result;
  }

  /** Everything has come back, apart from what the host holds. */
  async isClean(hostBytes = 0): Promise<void> {
    expect(await this.kernel.audit()).toEqual([]);
    const byOwner = async (): Promise<object> => (await this.kernel.stats()).heap.byOwner;
    await expect.poll(byOwner).toEqual(hostBytes === 0 ? {} : { host: { blocks: expect.any(Number), bytes: hostBytes } });
  }

  /** As `isClean`, once what was still under way has ended: a domain that has just answered takes in what others gave back, and the audit is exact while nothing moves. */
  async comesClean(): Promise<void> {
    for (let asked = 0; asked < 50 && (await this.kernel.audit()).length > 0; asked++) await new Promise((resolve) => setTimeout(resolve, 20));
    await this.isClean();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kernel.close();
  }
}

/** The error of a call whose time is up after it has begun. On a busy machine a callee may not have had its turn by then, and is asked again with more. */
export async function lateError(call: (timeoutMs: number) => Promise<RpcResult<unknown>>, leastMs: number): Promise<ReturnType<typeof errorOf>> {
  for (let timeoutMs = leastMs; ; timeoutMs *= 3) {
    const error = errorOf(await call(timeoutMs));
    if (error.started || timeoutMs > 10_000) return error;
  }
}

/** The error of a result that must be one. */
export function errorOf(result: RpcResult<unknown>): Extract<RpcResult<unknown>, { ok: false }>['error'] {
  if (result.ok) throw new Error(`the call should have failed and answered ${String(result.value)}`);
  return result.error;
}

/** The value of a result that must be one. */
export function valueOf<T>(result: RpcResult<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
