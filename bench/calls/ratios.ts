/** Every ratio of the suite `calls`: what it is made of, and what it is to be. The table is the code: main and tests read it too. */
import type { Figure } from '../measure.js';

export type Results = { readonly [way: string]: Figure };

export interface Ratio {
  readonly name: string;
  /** The results that it is made of. */
  readonly of: readonly string[];
  readonly value: (results: Results) => number;
  readonly aim: string;
  readonly isMet: (value: number) => boolean;
}

const below = (most: number): Pick<Ratio, 'aim' | 'isMet'> => ({ aim: `below ${most}`, isMet: (value) => value < most });
const above = (least: number): Pick<Ratio, 'aim' | 'isMet'> => ({ aim: `above ${least}`, isMet: (value) => value > least });

/** How many times as long the one takes as the other, by their medians. */
const quotient = (one: string, other: string): Pick<Ratio, 'of' | 'value'> => ({
  of: [one, other],
  value: (results) => results[one].p50 / results[other].p50,
});
/** One quantile of one result, in the result's own unit. */
const plain = (of: string, quantile: 'p50' | 'p99'): Pick<Ratio, 'of' | 'value'> => ({ of: [of], value: (results) => results[of][quantile] });

export const SLICE_MS = 100;

export const RATIOS: readonly Ratio[] = [
  { name: 'hot_vs_raw', ...quotient('hot', 'raw'), ...below(3) },
  { name: 'hot_domain_to_domain_vs_raw', ...quotient('hot_domain_to_domain', 'raw'), ...below(3.5) },
  { name: 'comlink_vs_hot', ...quotient('comlink', 'hot'), ...above(50) },
  { name: 'piscina_vs_hot', ...quotient('piscina', 'hot'), ...above(40) },
  { name: 'synckit_vs_hot', ...quotient('synckit', 'hot'), ...above(40) },
  { name: 'isolated_vm_vs_hot', ...quotient('isolated_vm', 'hot'), ...above(4) },
  { name: 'quickjs_vs_hot', ...quotient('quickjs', 'hot'), ...above(1.2) },
  { name: 'cold_vs_futex', ...quotient('cold', 'futex'), ...below(1.3) },
  { name: 'async_vs_postmessage', ...quotient('async', 'postmessage'), ...below(1) },
  // Times for one call, so theirs over ours is our rate over theirs.
  { name: 'async_throughput_vs_postmessage', ...quotient('postmessage_256', 'async_256'), ...above(3) },
  { name: 'move_64MiB_vs_64B', ...quotient('move_64MiB', 'move_64B'), ...below(1.2) },
  { name: 'rref_call_vs_plain', ...quotient('rref_call', 'plain_call'), ...below(1.25) },
  { name: 'panic_to_error_ms', ...plain('panic_to_error', 'p99'), ...below(0.5) },
  { name: 'hang_to_error_vs_slice', of: ['hang_to_error'], value: ({ hang_to_error }) => hang_to_error.p50 / SLICE_MS, ...below(1.1) },
  { name: 'kill_to_all_callers_settled_ms', ...plain('kill_to_all_callers_settled', 'p99'), ...below(5) },
  { name: 'idle_cpu_percent', ...plain('idle_cpu', 'p50'), ...below(1) },
];
