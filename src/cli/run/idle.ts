/** When domains have nothing left to do: no timer, alarm, subscription or wait, and no CPU time used. */
import type { KernelHandle, KernelStats } from '../../host/index.js';

/** How often it is looked whether a domain has anything left to do. */
export const LOOK_MS = 100;
/** A sleeping thread uses some CPU time, too; one that works uses more than this between two looks. */
const AWAKE_MS = 5;
/** On a busy machine one that works may use nothing from one look to the next. */
const IDLE_LOOKS = 2;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves when the signal is aborted, or so late. */
export async function aborted(signal: AbortSignal, patienceMs: number): Promise<void> {
  for (const until = Date.now() + patienceMs; !signal.aborted && Date.now() < until; ) await pause(5);
}

/** Resolves when it is stopped, or, where that `counts`, when all domains of the kernel have nothing left to do. `isOver` says of whom there is nothing more to come. */
export async function untilIdle(
  kernel: Pick<KernelHandle, 'stats'>,
  stopped: AbortSignal,
  counts: boolean,
  isOver: (domain: string) => boolean = () => false,
): Promise<void> {
  const used = ({ domains }: KernelStats): number => domains.reduce((sum, { cpu }) => sum + cpu.usedMs, 0);
  let before = await kernel.stats();
  for (let idle = 0; !stopped.aborted && idle < IDLE_LOOKS; ) {
    await aborted(stopped, LOOK_MS);
    const now = await kernel.stats();
    idle =
      counts && now.domains.every((domain) => isOver(domain.name) || isIdle(domain)) && used(now) - used(before) < AWAKE_MS * Math.max(1, now.domains.length)
        ? idle + 1
        : 0;
    before = now;
  }
}

/** Whether nothing is left that could make it run, but for what runs now. */
function isIdle({ state, timers, cpu, resources }: KernelStats['domains'][number]): boolean {
  if (state === 'condemned') return true;
  // Who has died is told of when its thread has ended.
  if (state !== 'live') return false;
  const { alarm = 0, subscription = 0, wait = 0 } = resources;
  return timers === 0 && !cpu.isThrottled && alarm + subscription + wait === 0;
}
