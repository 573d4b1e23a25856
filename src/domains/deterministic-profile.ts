/**
 * The deterministic profile: a domain's language is that of the oldest Node that this package runs on, whichever it runs on, and a power is rounded alike everywhere.
 *
 * What a version has beyond that is taken out by name, so a new version of Node is looked at before it is promised: a test compares what is left with what was decided about.
 * Must be imported before SES, and before what replaces built-ins.
 */
import { workerData } from 'node:worker_threads';
import { power } from './builtins/power.js';
import { replace } from './builtins/taming.js';

/** Which of its members is newer; '' for the holder itself. */
const NEWER: { readonly [holder: string]: readonly string[] } = {
  '': ['Iterator', 'Float16Array'],
  Object: ['groupBy'],
  Array: ['fromAsync'],
  Math: ['f16round'],
  JSON: ['isRawJSON', 'rawJSON'],
  Promise: ['withResolvers', 'try'],
  Map: ['groupBy'],
  Uint8Array: ['fromBase64', 'fromHex'],
  'Uint8Array.prototype': ['setFromBase64', 'setFromHex', 'toBase64', 'toHex'],
  'DataView.prototype': ['getFloat16', 'setFloat16'],
  'Date.prototype': ['toTemporalInstant'],
  'Map.prototype': ['getOrInsert', 'getOrInsertComputed'],
  'WeakMap.prototype': ['getOrInsert', 'getOrInsertComputed'],
  'Set.prototype': ['difference', 'intersection', 'isDisjointFrom', 'isSubsetOf', 'isSupersetOf', 'symmetricDifference', 'union'],
};

interface Holder {
  [name: string]: Holder;
}

function removeNewer(): void {
  const global = globalThis as unknown as Holder;
  const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;
  for (const key of Reflect.ownKeys(iterators)) if (key !== Symbol.iterator) Reflect.deleteProperty(iterators, key);
  for (const [path, names] of Object.entries(NEWER)) {
    let holder: Holder = global;
    for (const name of path === '' ? [] : path.split('.')) holder = holder[name];
    for (const name of names) Reflect.deleteProperty(holder, name);
  }
}

if ((workerData as { readonly profile?: string } | null)?.profile === 'deterministic') {
  removeNewer();
  replace(Math, { pow: (x: unknown, y: unknown) => power(+(x as number), +(y as number)) });
}
