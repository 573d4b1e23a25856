/** Cases of the catalogue that are not attacks of one extension in one call: where they are tested, or why they do not apply. */
import type { OtherCase } from '../case.js';

export const OTHERS: readonly OtherCase[] = [
  { id: 'M30', why: 'a host that calls back into the guest within a call is a call of its own here: test/semantics/calls.test.ts' },
  { id: 'S12', why: 'recursion across domains: test/semantics/call-traps.test.ts and test/semantics/death-rows.test.ts, with the margins of a chain' },
  { id: 'P04', why: 'there are no frames: the words of a call record are tried one by one in test/interleaving/call-scenes.ts and its company' },
  { id: 'P08', why: 'cycles of calls that wait: test/semantics/call-traps.test.ts' },
  { id: 'P09', why: 'a domain has no shared memory to write to: test/hostile/isolation.test.ts walks all that it can reach' },
  { id: 'P22', why: 'locks of the dead: test/semantics/lock.test.ts and test/interleaving/locks.test.ts' },
  { id: 'P25', why: 'a kill at every step: test/interleaving/kill.test.ts and test/interleaving/trace-kill.test.ts' },
  { id: 'P26', why: 'the watchdog runs on the thread of the kernel; a host that blocks: test/hostile/waits.test.ts' },
  { id: 'P28', why: 'thousands of lives: test/stress/cycles.test.ts' },
  { id: 'T05', why: 'side channels are out of scope: docs/threat-model.md' },
  { id: 'T08', why: 'about files of leaves, not about running code' },
  { id: 'T09', why: 'who may hold which proxy: test/hostile/capabilities.test.ts' },
];
