/** `deciduous run`: loads one extension into a kernel of its own, lets it work within limits, and tells what became of it. */
import { basename, extname } from 'node:path';
import { defineCommand, type ArgsDef } from 'citty';
import {
  boot,
  type AsyncDomain,
  type AsyncKernel,
  type Epitaph,
  type GuardPolicy,
  type KernelStats,
  type KernelCrash,
  LoadError,
  type LoadOptions,
  type LogLine,
  type MetricsServer,
  type RpcResult,
  serveMetrics,
} from '../host/index.js';
import { GRANTABLE, grantsFrom } from './run/capabilities.js';
import { aborted, LOOK_MS, pause, untilIdle } from './run/idle.js';
import { LIMIT_OPTIONS, limitsFrom } from './run/limit-options.js';
import { metricsAddress } from './run/metrics-address.js';
import { numberOf } from './run/quantity.js';
import { epitaphText, logText, statsText } from './run/report.js';
import { runSystem, systemIn } from './run/system.js';
import { findMethod, plainly, type WantedCall, wantedCall } from './run/wanted-call.js';
import { complain, print, printJson, UsageError, verbMeta } from './verb.js';

/** As boot() has it where nothing is said. */
const LEAST_HEAP_BYTES = 256 * 2 ** 20;

/** How long a death may take from the error of its call to the epitaph. */
const BURIAL_MS = 4000;
/** Timers of Node count milliseconds in 31 bits. */
const MOST_SECONDS = 2_000_000;

/** What can be said of a system on the command line. */
const SYSTEM_OPTIONS = ['_', 'file', 'for', 'json', 'metrics', 'metrics-public', 'guard'];

/** Nobody is told anything by time and chance that are not of this world. */
const DETERMINISTIC: LoadOptions = { profile: 'deterministic', globals: { clock: true, random: true, text: true, url: true } };

/** A process that has ended is told of, and none follows: what is tried is one extension. */
const ONCE: GuardPolicy = { kind: 'process', intensity: 0 };

interface Outcome {
  readonly call?: RpcResult<unknown>;
  readonly crashes: readonly Epitaph[];
  readonly logs: readonly LogLine[];
  readonly stats: KernelStats['domains'][number] | undefined;
}

const limitArgs: ArgsDef = Object.fromEntries(
  Object.entries(LIMIT_OPTIONS).map(([option, { valueHint, description }]) => [option, { type: 'string', valueHint, description }]),
);

export default defineCommand({
  meta: verbMeta({
    name: 'run',
    description: 'Loads an extension, lets it work within limits until it has nothing left to do, and tells what became of it',
    examples: [
      "deciduous run adder.ts --call Adder.add --args '[1, 2]'",
      'deciduous run file.ts --time-slice-ms 50 --stack-depth 1024 --shared-heap 8M --cpu-quota 15% --fuel 1e9',
      'deciduous run watcher.ts --grant log,time=clock --for 10',
      'deciduous run stranger.ts --guard',
      'deciduous run watcher.ts --metrics 127.0.0.1:9464 --for 60',
      'deciduous run system.ts --for 60',
    ],
  }),
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'The extension: a .ts or .js file, or a .leaf; or a system of several, as defineSystem() writes it',
    },
    call: { type: 'string', valueHint: 'INTERFACE.METHOD', description: 'A method to call; it is done when the call has ended' },
    args: { type: 'string', valueHint: 'JSON', description: "The call's arguments, a JSON array" },
    grant: { type: 'string', valueHint: 'NAMES', description: `What it may import: ${GRANTABLE.join(', ')}, AS=NAME, or none; all of them unless given` },
    for: { type: 'string', valueHint: 'SECONDS', description: 'End it after so long' },
    deterministic: {
      type: 'boolean',
      description: 'The same on each version of Node: a fixed clock, a seed, no timers, and the language of the oldest version',
    },
    metrics: { type: 'string', valueHint: 'ADDRESS:PORT', description: 'Serve Prometheus metrics there, at /metrics, while it runs; port 0 for any' },
    'metrics-public': { type: 'boolean', description: 'Let --metrics listen where other machines can read them' },
    guard: { type: 'boolean', description: 'In a process of its own: an abort of V8 ends that one, and is told of like a crash' },
    ...limitArgs,
    json: { type: 'boolean', description: 'Answer with one JSON object, logs included' },
  },
  async run({ args }) {
    if (args._.length > 1) throw new UsageError(`one extension at a time: ${args._.join(', ')} are several`);
    const text = (option: string): string | undefined => (args as { [option: string]: unknown })[option] as string | undefined;
    const limits = limitsFrom(args);
    const call = wantedCall(text('call'), text('args'));
    const seconds = text('for') === undefined ? undefined : numberOf('for', text('for') as string);
    if (seconds !== undefined && seconds > MOST_SECONDS) throw new UsageError(`--for takes ${MOST_SECONDS} seconds at the most, not '${text('for')}'`);
    const isJson = args.json === true;
    const address = text('metrics') === undefined ? undefined : metricsAddress(text('metrics') as string, args['metrics-public'] === true);
    // The heap of a kernel is for all of its domains, and here there is one: it has room for what that may take.
    const options = { spares: 0, sharedHeapBytes: Math.max(LEAST_HEAP_BYTES, 2 * (limits.sharedHeapBytes ?? 0)) };
    const guarded = args.guard === true ? await boot({ ...options, guard: ONCE }) : undefined;
    const unguarded = guarded === undefined ? await boot(options) : undefined;
    const kernel = (guarded ?? unguarded) as AsyncKernel;
    const ends: KernelCrash[] = [];
    guarded?.on('kernel-crash', (crash) => ends.push(crash));
    const stops = new AbortController();
    const stop = (): void => stops.abort();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    const timer = seconds === undefined ? undefined : setTimeout(stop, seconds * 1000);
    let metrics: MetricsServer | undefined;
    try {
      metrics =
        address &&
        (await serveMetrics(kernel, address).catch((error: Error) => {
          complain(`deciduous: ${error.message}`);
          return undefined;
        }));
      if (address !== undefined && metrics === undefined) return 1;
      if (metrics !== undefined) complain(`metrics are at ${metrics.url}`);
      const file = String(args.file);
      const system = await systemIn(file);
      if (system !== undefined) {
        const given = Object.keys(args).filter((option) => !SYSTEM_OPTIONS.includes(option) && args[option as keyof typeof args] !== undefined);
        if (given.length > 0) throw new UsageError(`${file} is a system, which says itself what its domains may: leave out --${given.join(', --')}`);
        if (unguarded === undefined) throw new UsageError(`${file} is a system, and a guarded kernel has no supervisors: leave out --guard`);
        return (await runSystem(unguarded, system, stops.signal, seconds !== undefined, isJson)) ? 0 : 1;
      }
      const outcome = await watch(kernel, isJson, async (crashed) => {
        const grant = grantsFrom(kernel, text('grant'));
        const domain = await kernel.load(file, { name: basename(file, extname(file)), grant, limits, ...(args.deterministic === true && DETERMINISTIC) });
        return work(domain, kernel, call, AbortSignal.any([stops.signal, crashed]), seconds);
      });
      const isFine = outcome.crashes.length === 0 && outcome.call?.ok !== false;
      if (isJson) tellPrograms(isFine, outcome);
      else tellPeople(outcome);
      return isFine ? 0 : 1;
    } catch (error) {
      // With its process went whatever else could be told.
      if (ends[0] !== undefined) return tellEnd(ends[0], isJson);
      if (!(error instanceof LoadError)) throw error;
      if (isJson) printJson({ ok: false, code: error.code, message: error.message });
      else complain(`deciduous: ${error.message}${hint(error)}`);
      return 1;
    } finally {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      await metrics?.close();
      await end(kernel);
    }
  },
});

function tellEnd(end: KernelCrash, isJson: boolean): 1 {
  if (isJson) printJson({ ok: false, kernelCrash: end });
  else
    complain(
      `deciduous: the kernel’s process ended, and this one did not: ${end.reason}, during ${end.running.join(', ') || 'nothing that was asked'}\n${end.said}`,
    );
  return 1;
}

function hint({ code }: LoadError): string {
  return code === 'PermissionDenied' ? `\nThis command can grant ${GRANTABLE.join(', ')}, and under another name by --grant NAME=ONE_OF_THEM.` : '';
}

/** Collects what the kernel tells while `run` runs, which is told when the domain has crashed. */
async function watch(kernel: AsyncKernel, isJson: boolean, run: (crashed: AbortSignal) => Promise<Pick<Outcome, 'call' | 'stats'>>): Promise<Outcome> {
  const crashed = new AbortController();
  const crashes: Epitaph[] = [];
  const logs: LogLine[] = [];
  kernel.on('log', (line) => (isJson ? logs.push(line) : print(logText(line))));
  kernel.on('crash', (epitaph) => {
    crashes.push(epitaph);
    crashed.abort();
  });
  kernel.on('exit', () => crashed.abort());
  const { call, stats } = await run(crashed.signal);
  // A call ends before its domain is buried.
  if (call?.ok === false && (call.error.code === 'DomainCrashed' || call.error.cause === 'hang') && crashes.length === 0)
    await aborted(crashed.signal, BURIAL_MS);
  // What was logged last is under way.
  await pause(LOOK_MS / 4);
  return { ...(call !== undefined && { call }), stats, crashes, logs };
}

/** Makes the call, or waits until there is nothing left to do, or until it is stopped. */
async function work(
  domain: AsyncDomain,
  kernel: AsyncKernel,
  call: WantedCall | undefined,
  stopped: AbortSignal,
  seconds: number | undefined,
): Promise<Pick<Outcome, 'call' | 'stats'>> {
  const stats = async (): Promise<Outcome['stats']> => (await kernel.stats()).domains[0];
  if (call !== undefined) {
    const result = await findMethod(domain, call)(seconds === undefined ? undefined : seconds * 1000);
    // What ran for too long is about to die of it.
    if (!result.ok && result.error.code === 'TimedOut') await aborted(stopped, 2 * domain.limits.timeSliceMs + LOOK_MS);
    // What it has used is counted up before it sleeps.
    await pause(LOOK_MS / 4);
    return { call: result, stats: await stats() };
  }
  await untilIdle(kernel, stopped, seconds === undefined);
  return { stats: await stats() };
}

function tellPeople({ call, crashes, stats }: Outcome): void {
  for (const epitaph of crashes) complain(epitaphText(epitaph));
  if (call?.ok === true) print(JSON.stringify(plainly(call.value)) ?? 'void');
  else if (call !== undefined) complain(`${call.error.code}: ${call.error.message}`);
  if (stats !== undefined) complain(statsText(stats));
}

function tellPrograms(ok: boolean, { call, crashes, logs, stats }: Outcome): void {
  // Its own members, whichever its code has, and the message, which an error does not show.
  const error = call?.ok === false ? { ...call.error, message: call.error.message } : undefined;
  printJson({ ok, ...(call?.ok === true && { value: plainly(call.value) ?? null }), ...(error && { error }), crashes, logs, stats });
}

/** A thread that cannot be stopped would keep the process for ever, and no exit of Node's own gets past it. */
async function end(kernel: AsyncKernel): Promise<void> {
  const { condemned } = await kernel.close();
  if (condemned.length === 0) return;
  complain(`deciduous: the thread of ${condemned.join(', ')} does not stop, so this process ends by a signal`);
  process.kill(process.pid, 'SIGKILL');
}
