/**
 * Whether anything got out, asked of the host itself. What the thief says about its attempts is its own account; this is ours: what a plugin could have changed in this process is
 * looked at before the first plugin is loaded and after the last has done its work.
 */

const WATCHED: readonly (readonly [name: string, object])[] = [
  ['globalThis', globalThis],
  ['Object.prototype', Object.prototype],
  ['Function.prototype', Function.prototype],
  ['Array.prototype', Array.prototype],
  ['String.prototype', String.prototype],
  ['RegExp.prototype', RegExp.prototype],
  ['Promise.prototype', Promise.prototype],
  ['Map.prototype', Map.prototype],
  ['Uint8Array.prototype', Uint8Array.prototype],
  ['Error', Error],
  ['JSON', JSON],
  ['Math', Math],
  ['Reflect', Reflect],
  ['process.env', process.env],
];

/** Each watched object's properties, by name: functions and objects by identity, text and numbers by value. */
type Snapshot = Map<string, Map<PropertyKey, unknown>>;

function look(): Snapshot {
  const snapshot: Snapshot = new Map();
  for (const [name, object] of WATCHED) {
    const properties = new Map<PropertyKey, unknown>();
    for (const key of Reflect.ownKeys(object)) {
      // Node's own fetch, which later versions load when they first need it.
      if (typeof key === 'symbol' && key.description?.startsWith('undici.') === true) continue;
      const descriptor = Object.getOwnPropertyDescriptor(object, key);
      properties.set(key, descriptor?.get ?? descriptor?.value);
    }
    snapshot.set(name, properties);
  }
  return snapshot;
}

export class HostIntegrity {
  readonly #before = look();
  readonly #folder = process.cwd();

  /** How many properties are watched. */
  get watched(): number {
    let count = 0;
    for (const properties of this.#before.values()) count += properties.size;
    return count;
  }

  /** What is different now, in words; empty when all is as it was. */
  changes(): string[] {
    const changes: string[] = [];
    for (const [name, now] of look()) {
      const before = this.#before.get(name) ?? new Map<PropertyKey, unknown>();
      for (const [key, value] of now) {
        if (!before.has(key)) changes.push(`${name} has a new ${String(key)}`);
        else if (!Object.is(before.get(key), value)) changes.push(`${name}.${String(key)} is another`);
      }
      for (const key of before.keys()) if (!now.has(key)) changes.push(`${name}.${String(key)} is gone`);
    }
    if (({} as { polluted?: unknown }).polluted !== undefined) changes.push('every object has a property polluted');
    if (process.cwd() !== this.#folder) changes.push('the working folder is another');
    return changes;
  }
}
