/** What domains are called, in shared memory, so that every thread's errors can name whom they are about. */
import { incarnationOf, indexOf, type DomainId } from '../abi/domain-id.js';
import { load } from '../abi/atomics.js';
import { LIFE, lifeIncarnation, NAME_BYTES, nameByte, threadRow } from '../abi/thread-layout.js';
import type { Views } from '../shared-heap/views.js';

/** Notes the name of a row's next tenant. What exceeds the room is cut off. */
export function writeName(views: Views, index: number, name: string): void {
  const at = nameByte(index);
  views.bytes[at] = views.node.write(name, at + 1, NAME_BYTES - 1, 'utf8');
}

/** `domain 7` where the row has another tenant by now. */
export function readName(views: Views, id: DomainId): string {
  const index = indexOf(id);
  const at = nameByte(index);
  const name = views.node.toString('utf8', at + 1, at + 1 + Math.min(views.bytes[at], NAME_BYTES - 1));
  const isTenant = lifeIncarnation(load(views.words, threadRow(index) + LIFE)) === incarnationOf(id);
  return isTenant && name !== '' ? name : `domain ${index}`;
}
