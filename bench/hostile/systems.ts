/** The systems that are compared, and what is kept of a comparison. */
import type { Verdict } from '../../test/hostile/corpus/oracles.js';

export const SYSTEMS = ['deciduous', 'worker', 'vm', 'vm2', 'isolated-vm', 'quickjs-emscripten'] as const;
export type System = (typeof SYSTEMS)[number];

/** What each case led to. */
export interface Matrix {
  readonly node: string;
  readonly versions: { readonly [system: string]: string };
  readonly cases: { [id: string]: { [system in System]?: Verdict } };
  /** Ours on other versions of Node, by their full version. */
  readonly nodes: { [node: string]: { [id: string]: Verdict } };
}
