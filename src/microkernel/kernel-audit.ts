/** The kernel's answer to `audit()`: shared memory as the kernel reads it, and what each live thread says of its private sides. */
import type { AuditFinding } from '../abi/kernel-protocol.js';
import { HOST_ID, KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import { auditCalls, payerOf, recordLists } from '../proxy/call-audit.js';
import type { CallSpace } from '../proxy/call-space.js';
import { HeapAudit } from '../shared-heap/audit/audit.js';
import { emptinessHash } from '../shared-heap/audit/emptiness.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import type { DomainTable } from './domain-table.js';
import type { Media } from './media.js';
import type { Orphans } from './orphans.js';
import type { Life } from './program.js';
import { auditReferences } from './reference-audit.js';
import type { References } from './references.js';
import { standingFindings } from './standing-findings.js';

/** How long a domain may take to answer for its private sides. A busy one is left out: what it says would not be exact anyway. */
const PATIENCE_MS = 500;
/** A thread's own findings are taken as text of bounded length: it may be an attacker's by now. */
const MOST_OF_A_THREAD = 100;

/** What a thread answered, as findings: whatever it is. */
export function asFindings(answer: unknown): AuditFinding[] {
  if (!Array.isArray(answer)) return [];
  return answer.slice(0, MOST_OF_A_THREAD).map((finding: { invariant?: unknown; detail?: unknown } | null | undefined) => ({
    invariant: String(finding?.invariant).slice(0, 100),
    detail: String(finding?.detail).slice(0, 1000),
  }));
}

export class KernelAudit {
  readonly #heap: ThreadHeap;
  readonly #emptyHash: string;

  constructor(
    heap: ThreadHeap,
    readonly space: CallSpace,
    readonly table: DomainTable,
    readonly orphans: Orphans,
    readonly lives: ReadonlyMap<DomainId, Life>,
    readonly references: References,
    readonly media: Media,
  ) {
    this.#heap = heap;
    this.#emptyHash = emptinessHash(heap.shared);
  }

  run(): Promise<readonly AuditFinding[]> {
    return standingFindings(() => this.#look());
  }

  async #look(): Promise<AuditFinding[]> {
    const threads = await Promise.all([...this.lives.values()].map((life) => this.#ask(life)));
    return [...this.#shared(), ...this.#heap.check(), ...threads.flat()];
  }

  #shared(): AuditFinding[] {
    this.#heap.arena.sweep();
    this.#heap.arena.abandonAll();
    const isAlive = (id: DomainId): boolean => id === HOST_ID || id === KERNEL_ID || this.lives.has(id);
    const kernels: number[] = [];
    const heap = new HeapAudit(this.#heap, {
      isAlive,
      noteKernels: (block) => void kernels.push(block),
      recordLists: (ref, block) => recordLists(this.space, ref, block),
      payerOf: (ref, block) => payerOf(this.space, ref, block),
      isKnownOrphan: (block) => this.orphans.isKnown(block),
      live: [HOST_ID, ...this.lives.keys()],
      emptyHash: this.#emptyHash,
    });
    const ownerWord = (block: number): number => this.#heap.ownership.ownerWord(block);
    const calls = auditCalls(this.space, this.table.used(), { isAlive, isHeld: (record) => this.orphans.holds(record), ownerWord });
    return [...heap.run(), ...calls, ...auditReferences(this.references, isAlive), ...this.media.findings(kernels, isAlive)];
  }

  async #ask(life: Life): Promise<AuditFinding[]> {
    if (life.isStarting || life.deadSince !== null || life.isHandingOver) return [];
    let patience: NodeJS.Timeout | undefined;
    const tooLate = new Promise<[]>((resolve) => {
      patience = setTimeout(() => resolve([]), PATIENCE_MS);
    });
    const answer = await Promise.race([life.thread.control.check().catch(() => []), tooLate, life.buried.then(() => [])]);
    clearTimeout(patience);
    return asFindings(answer);
  }
}
