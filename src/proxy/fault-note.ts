/** What a callee says of a fault that ends no domain: the details of its code and a message, as text in the record's own data area. */
import { DATA_BYTES, R_DATA } from '../abi/record-layout.js';
import type { FaultDetails } from '../abi/result.js';
import type { Views } from '../shared-heap/views.js';

export interface FaultNote {
  readonly message: string;
  readonly details: FaultDetails;
}

/** Beside the message, in this order, each ended by a NUL. `detail` is the message itself. */
const FIELDS = ['expected', 'actual', 'resource', 'capability'] as const;
const MOST_OF_A_FIELD = 60;
const ROOM = DATA_BYTES - 4;

/** Writes the note of the record at `at`. What does not fit is cut off the message's end. */
export function writeNote(views: Views, at: number, note: FaultNote): void {
  const parts = [...FIELDS.map((field) => (note.details[field] ?? '').slice(0, MOST_OF_A_FIELD)), note.message];
  const start = (at + R_DATA) * 4 + 4;
  views.words[at + R_DATA] = views.node.write(parts.map((part) => part.replaceAll('\0', ' ')).join('\0'), start, ROOM, 'utf8');
}

/** Reads a note. It was written by trusted code, and its lengths are not relied on all the same. */
export function readNote(views: Views, at: number): FaultNote {
  const start = (at + R_DATA) * 4 + 4;
  const length = Math.max(0, Math.min(views.words[at + R_DATA], ROOM));
  const parts = views.node.toString('utf8', start, start + length).split('\0');
  const details: { -readonly [field in keyof FaultDetails]: string } = {};
  for (const [index, field] of FIELDS.entries()) if (parts[index] !== undefined && parts[index] !== '') details[field] = parts[index];
  return { message: parts[FIELDS.length] ?? '', details };
}
