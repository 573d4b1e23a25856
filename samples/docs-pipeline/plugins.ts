/** The row of plugins: what each is for, and what it may use. */
import { fileURLToPath } from 'node:url';
import type { DomainHandle, KernelHandle, Limits } from 'deciduous';

export interface Plugin {
  readonly name: string;
  /** What it gives, in a few words, for the report. */
  readonly gives: string;
  /** Whether documents are lent to it; the last in the row consumes them. */
  readonly lent: boolean;
  readonly limits: Partial<Limits>;
}

const MIB = 2 ** 20;

/** In the order in which a document meets them: those that borrow it first, the one that consumes it last. */
export const PLUGINS = [
  { name: 'links', gives: 'links and headings', lent: true, limits: { timeSliceMs: 200 } },
  { name: 'words', gives: 'index of terms', lent: true, limits: { timeSliceMs: 500 } },
  { name: 'fragile', gives: 'tables, quotations', lent: true, limits: { timeSliceMs: 200 } },
  { name: 'stuck', gives: 'bold type and code', lent: true, limits: { timeSliceMs: 60 } },
  { name: 'greedy', gives: 'summary and sketch', lent: true, limits: { timeSliceMs: 1500, privateHeapBytes: 64 * MIB } },
  { name: 'thief', gives: 'nothing; wants out', lent: true, limits: { timeSliceMs: 200 } },
  { name: 'render', gives: 'pages (markdown-it)', lent: false, limits: { timeSliceMs: 500 } },
] as const satisfies readonly Plugin[];

export type PluginName = (typeof PLUGINS)[number]['name'];

export type Domains = { readonly [name in PluginName]: DomainHandle };

/** Crashes are what this sample is about: a plugin that crashes is started again, however often. */
const RESTART = { when: 'on-crash', intensity: 10_000, periodMs: 1000, rebind: true } as const;

export function pluginFile(name: string): string {
  return fileURLToPath(new URL(`plugins/${name}.ts`, import.meta.url));
}

/** Builds and starts every plugin. Throws a LoadError that says which and why. */
export async function loadPlugins(kernel: KernelHandle, onLoaded: (count: number) => void): Promise<Domains> {
  let count = 0;
  const loaded = PLUGINS.map(async ({ name, limits }) => {
    const domain = await kernel.load(pluginFile(name), { name, limits, restart: RESTART });
    onLoaded(++count);
    return [name, domain] as const;
  });
  return Object.fromEntries(await Promise.all(loaded)) as Domains;
}
