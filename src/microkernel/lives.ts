/** The lives that have not been buried, by domain id, and what is asked of all of them in every tick. */
import { HOST_INDEX, indexOf, type DomainId } from '../abi/domain-id.js';
import type { Life } from './program.js';
import type { Watched } from './watchdog.js';

export class Lives extends Map<DomainId, Life> {
  /** Rows whose threads may be blocked in calls: the host's and those of the living. */
  *blockable(): Iterable<number> {
    yield HOST_INDEX;
    for (const life of this.values()) if (life.deadSince === null && !life.isHandingOver) yield indexOf(life.id);
  }

  /** Whose time is counted, and how much each may use. */
  *watched(): Iterable<Watched> {
    for (const life of this.values()) {
      if (life.deadSince !== null || life.isHandingOver) continue;
      const { timeSliceMs, initSliceMs } = life.program.limits;
      yield { id: life.id, sliceMs: life.isStarting ? initSliceMs : timeSliceMs, isStarting: life.isStarting };
    }
  }

  /** Whether none is beginning or ending. */
  get areSettled(): boolean {
    for (const life of this.values()) if (life.isStarting || life.deadSince !== null) return false;
    return true;
  }
}
