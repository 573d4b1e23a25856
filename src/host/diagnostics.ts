/** What happens to kernels and their programs, for `node:diagnostics_channel`: whoever watches a process sees it without having been handed a kernel. A message is made only where somebody listens. */
import { channel } from 'node:diagnostics_channel';
import type { Epitaph } from '../abi/epitaph.js';
import type { NextLife } from '../abi/supervision.js';
import type { GivenUp, SupervisorNews } from './events.js';
import type { Provenance } from './extension-source.js';
import type { LoadError } from './load-error.js';

interface About<Kernel> {
  /** Which kernel: a process may have several. */
  readonly kernel: Kernel;
}
interface AboutLife<Kernel> extends About<Kernel> {
  /** The name of the program. */
  readonly domain: string;
  /** Which of its lives, counted from 1. */
  readonly incarnation: number;
}

/** Messages by the name of their channel. `Kernel` is what `boot()` answers. */
export interface DiagnosticMessages<Kernel = unknown> {
  /** A kernel answers. */
  'deciduous:boot': About<Kernel>;
  /** A kernel has closed. `condemned`: programs whose threads do not stop. */
  'deciduous:close': About<Kernel> & { readonly condemned: readonly string[] };
  /** A program was loaded. `durationMs`: from the call of `load()`, its build included. */
  'deciduous:load': AboutLife<Kernel> & { readonly provenance: Provenance; readonly durationMs: number };
  /** A program was not loaded. */
  'deciduous:refused': About<Kernel> & { readonly error: LoadError };
  'deciduous:unload': AboutLife<Kernel>;
  /** As the event of that name, with the whole epitaph. */
  'deciduous:crash': AboutLife<Kernel> & { readonly epitaph: Epitaph };
  /** `downMs`: from the decision that the life before was dead. */
  'deciduous:restart': AboutLife<Kernel> & { readonly downMs: number };
  /** As the events of these names. */
  'deciduous:exit': AboutLife<Kernel> & { readonly next: NextLife };
  'deciduous:give-up': About<Kernel> & GivenUp;
  'deciduous:supervisor': About<Kernel> & SupervisorNews;
  'deciduous:condemned': AboutLife<Kernel>;
}

const NAMES = [
  'deciduous:boot',
  'deciduous:close',
  'deciduous:load',
  'deciduous:refused',
  'deciduous:unload',
  'deciduous:crash',
  'deciduous:restart',
  'deciduous:exit',
  'deciduous:give-up',
  'deciduous:supervisor',
  'deciduous:condemned',
] as const satisfies readonly (keyof DiagnosticMessages)[];

export const CHANNELS = Object.fromEntries(NAMES.map((name) => [name, channel(name)])) as {
  readonly [name in keyof DiagnosticMessages]: ReturnType<typeof channel>;
};

export function publish<Name extends keyof DiagnosticMessages>(name: Name, message: () => DiagnosticMessages[Name]): void {
  if (CHANNELS[name].hasSubscribers) CHANNELS[name].publish(message());
}
