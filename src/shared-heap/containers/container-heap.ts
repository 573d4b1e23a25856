/** What containers need of their heap. */
import type { Arena } from '../pages/arena.js';
import type { ResourceExhausted } from '../faults.js';
import type { HandleHeap } from '../handles/handle.js';
import type { Operation } from '../ownership/operation.js';
import type { Ownership } from '../ownership/ownership.js';
import type { Views } from '../views.js';

export interface ContainerHeap extends HandleHeap {
  readonly views: Views;
  readonly arena: Arena;
  readonly ownership: Ownership;
  readonly operation: Operation;
  exhausted(bytes: number): ResourceExhausted;
}
