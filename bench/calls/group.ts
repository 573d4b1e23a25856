/** Ways that are measured together, in turn, with the threads and kernels that they need. */
import type { Figure, Progress, Way } from '../measure.js';

export interface GroupOptions {
  /** The results that are asked for. */
  readonly wanted: ReadonlySet<string>;
  readonly quick: boolean;
  readonly progress: Progress;
}

export interface Measured {
  readonly results: { readonly [name: string]: Figure };
  /** By name of result: why there is none. */
  readonly leftOut: { readonly [name: string]: string };
}

export interface Group {
  /** The results that it can give. */
  readonly gives: readonly string[];
  /** About how long it takes, in seconds: for the progress bar. */
  readonly seconds: number;
  run(options: GroupOptions): Promise<Measured>;
}

/** A way with something that has to be ended after it. */
export interface OpenWay {
  readonly way: Way;
  close(): Promise<void> | void;
}

/** Opens those of `openers` that are wanted. What cannot be opened is left out, with the reason. */
export async function openWanted(
  openers: { readonly [name: string]: () => Promise<OpenWay> },
  wanted: ReadonlySet<string>,
): Promise<{ open: OpenWay[]; leftOut: { [name: string]: string } }> {
  const open: OpenWay[] = [];
  const leftOut: { [name: string]: string } = {};
  for (const [name, opener] of Object.entries(openers)) {
    if (!wanted.has(name)) continue;
    try {
      open.push(await opener());
    } catch (error) {
      leftOut[name] = error instanceof Error ? error.message.split(/\n| imported from /, 1)[0] : String(error);
    }
  }
  return { open, leftOut };
}
