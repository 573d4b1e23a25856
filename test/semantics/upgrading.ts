/** What the tests of upgrades share: versions of one counter, made as they are asked for, and callers that never pause. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { packExtension } from '../../dist/pack/index.js';
import { tokenOf, writeExtension } from './versions.js';

export const IDL = `package counting;
struct Tally { count: u32; }
struct Parcel { weight: u32; text: string; }
interface Counter {
  version(): u32;
  add(n: u32): u32;
  /// What moves in and out, and which version did it.
  stamp(parcel: RRef<Parcel>): RRef<Parcel>;
  weigh(parcel: &RRef<Parcel>, text: string): u32;
  /// Answers after so many milliseconds, without blocking.
  @async
  later(milliseconds: u32): u32;
  /// Runs for so long.
  busy(milliseconds: u32): u32;
  /// Dies when the gate has answered.
  @async
  failAfter(gate: Gate): void;
}
interface Gate { pass(): void; }`;
const LONGER = IDL.replace('failAfter(gate: Gate): void;\n', 'failAfter(gate: Gate): void;\n  more(): u32;\n');
const OTHER = IDL.replace('busy(milliseconds: u32): u32;', 'busy(milliseconds: u64): u32;');

export type Idl = 'same' | 'longer' | 'other';
const TEXTS: { readonly [idl in Idl]: string } = { same: IDL, longer: LONGER, other: OTHER };

export interface Made {
  readonly version: number;
  readonly idl?: Idl;
  /** Whether it keeps its count in a medium. */
  readonly keeps?: boolean | 'other';
  /** What its init does before it answers. */
  readonly init?: string;
  readonly provides?: string;
}

const made = new Map<string, ReturnType<typeof packExtension>>();

/** The leaf of a version, built once. */
export function counter({ version, idl = 'same', keeps = false, init = '', provides = 'counter: Counter' }: Made): ReturnType<typeof packExtension> {
  const key = JSON.stringify([version, idl, keeps, init, provides]);
  const known = made.get(key);
  if (known) return known;
  const keep = keeps === false ? '' : `keeps: { tally: ${keeps === 'other' ? 'Parcel' : 'Tally'} },`;
  const count = keeps === true ? 'held.count' : 'own.count';
  const folder = writeExtension(
    TEXTS[idl],
    `import { defineDomain } from 'deciduous/domain';
import { Counter, Parcel, Tally } from './generated/counting.js';
export default defineDomain({
  version: ${version},
  provides: { ${provides} },
  ${keep}
  init({ heap, media, incarnation }: any): any {
    const own = { count: 0 };
    ${keeps === true ? 'if (media.tally.value === null) media.tally.put(heap.alloc(Tally, { count: 0 })); const held = media.tally.value;' : ''}
    ${init}
    const counter = {
      version: () => ${version},
      add: (n: number) => (${count} += n),
      stamp(parcel: any) { parcel.text = parcel.text + ' ${version}'; return parcel; },
      weigh: (parcel: any, text: string) => parcel.weight + text.length,
      later: (milliseconds: number) => new Promise((resolve) => setTimeout(() => resolve(${version}), milliseconds)),
      busy(milliseconds: number) { const until = performance.now() + Number(milliseconds); while (performance.now() < until); return ${version}; },
      async failAfter(gate: any) { await gate.async.pass(); throw new Error('told to fail'); },
      more: () => ${version} * 100,
    };
    return { counter, second: counter, another: counter };
  },
  uses: ['clock'],
} as never);`,
  );
  const leaf = packExtension(path.join(folder, 'main.ts'), { name: 'counter' });
  made.set(key, leaf);
  void leaf.finally(() => rmSync(folder, { recursive: true }));
  return leaf;
}

export const Counter = tokenOf(IDL, 'counting.Counter');
export const Gate = tokenOf(IDL, 'counting.Gate');
export const Longer = tokenOf(LONGER, 'counting.Counter');

const CLIENT_IDL = `${IDL}
interface Client {
  start(): void;
  /// \`calls errors wrong longest\`
  stop(): string;
}`;

export const Client = tokenOf(CLIENT_IDL, 'counting.Client');

let client: ReturnType<typeof packExtension> | undefined;
/** A domain that calls the counter without pause, from a timer by synchronous calls and from a promise by asynchronous ones. */
export function clientLeaf(): ReturnType<typeof packExtension> {
  if (client) return client;
  const folder = writeExtension(
    CLIENT_IDL,
    `import { defineDomain } from 'deciduous/domain';
import { Client, Counter, Parcel } from './generated/counting.js';
export default defineDomain({
  provides: { client: Client },
  imports: { counter: Counter },
  uses: ['clock'],
  init({ heap, imports: { counter } }: any): any {
    let running = true, calls = 0, wrong = 0, longest = 0;
    const errors: string[] = [];
    const judge = (answer: any, isRight: (value: any) => boolean, began: number) => {
      calls++;
      longest = Math.max(longest, performance.now() - began);
      if (!answer.ok) errors.push(answer.error.code + ' ' + answer.error.started);
      else if (!isRight(answer.value)) wrong++;
    };
    let version = 0;
    const sync = () => {
      for (let index = 0; index < 20 && running; index++) {
        let began = performance.now();
        // Versions are counted upwards: no call goes back to one that was replaced.
        judge(counter.version(), (value) => { const isRight = value >= version; version = value; return isRight; }, began);
        began = performance.now();
        using parcel = heap.alloc(Parcel, { weight: index, text: '' });
        judge(counter.weigh(parcel, 'four'), (value) => value === index + 4, began);
      }
      if (running) setTimeout(sync, 1);
    };
    const later = async () => {
      for (let index = 0; running; index++) {
        const began = performance.now();
        const answer = await counter.async.stamp(heap.alloc(Parcel, { weight: index, text: 'x'.repeat(index % 300) }));
        judge(answer, (value) => value.weight === index && value.text.startsWith('x'.repeat(index % 300) + ' '), began);
        if (answer.ok) answer.value.drop();
      }
    };
    return { client: { start() { sync(); void later(); }, stop() { running = false; return calls + ' ' + (errors.join(',') || 'none') + ' ' + wrong + ' ' + longest; } } };
  },
} as never);`,
  );
  client = packExtension(path.join(folder, 'main.ts'), { name: 'client' });
  void client.finally(() => rmSync(folder, { recursive: true }));
  return client;
}
