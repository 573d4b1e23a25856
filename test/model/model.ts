/**
 * The model: what the heap should hold, in plain objects.
 *
 * A value knows its parent or, as a root, who owns it. What a handle may do follows from two facts that are kept beside it: whether it has ended, and how often its root is lent.
 */
import { HEADER_BYTES } from '../../dist/abi/heap-layout.js';
import { granulesFor } from './churn.js';

export type Kind = 'node' | 'ring' | 'grid' | 'numbers';
export const KINDS: readonly Kind[] = ['node', 'ring', 'grid', 'numbers'];

export const RING = 3;
export const GRID = 4;
/** The fields of a node that hold children, and of which kind. */
export const CHILDREN = [
  ['left', 'node'],
  ['right', 'node'],
  ['ring', 'ring'],
  ['grid', 'grid'],
  ['numbers', 'numbers'],
] as const satisfies readonly (readonly [string, Kind])[];

/** Payload of a node: 7 slots, aligned to 8; two lengths, flags, padding, level. Of a ring: 3 slots, aligned; head and length. Of a grid: 4 slots. */
export const NODE_BYTES = 32 + 24;
const RING_BYTES = 16 + 8;
const GRID_BYTES = 16;

export class Value {
  readonly kind: Kind;
  parent: Value | null = null;
  /** Of a root: the handle that owns it; null while it is in transit, an orphan, or dropped and lent still. */
  owned: Tracked | null = null;
  /** Of a root: how many calls borrow from its tree. */
  lent = 0;
  text = '';
  data: Uint8Array = new Uint8Array(0);
  flags = 0;
  level = 0;
  numbers: Uint16Array = new Uint16Array(0);
  /** Of a node by place in CHILDREN, of a grid by slot; of a ring its elements in order. */
  children: (Value | null)[];

  constructor(kind: Kind) {
    this.kind = kind;
    this.children = kind === 'node' ? CHILDREN.map(() => null) : kind === 'grid' ? new Array<Value | null>(GRID).fill(null) : [];
  }

  get root(): Value {
    return this.parent === null ? this : this.parent.root;
  }

  /** Granules of the blocks of this value alone. */
  get granules(): number {
    if (this.kind === 'ring') return granulesFor(RING_BYTES);
    if (this.kind === 'grid') return granulesFor(GRID_BYTES);
    if (this.kind === 'numbers') return granulesFor(this.numbers.length * 2);
    return granulesFor(NODE_BYTES) + rawGranules(textBytes(this.text)) + rawGranules(this.data.length);
  }

  /** How many of them there are, without and with those of strings and bytes. */
  get rawBlocks(): number {
    return (this.text === '' ? 0 : 1) + (this.data.length === 0 ? 0 : 1);
  }

  *nodes(): Generator<Value> {
    const stack: Value[] = [this];
    for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
      yield value;
      for (const child of value.children) if (child !== null) stack.push(child);
    }
  }

  get total(): number {
    let granules = 0;
    for (const value of this.nodes()) granules += value.granules;
    return granules;
  }

  attach(at: number, child: Value): void {
    child.parent = this;
    this.children[at] = child;
  }
}

/** A handle of the heap, or bytes read through one, and what the model says of it. */
export interface Tracked {
  readonly handle: any;
  readonly value: Value;
  readonly kind: 'owned' | 'view' | 'bytes' | 'text';
  /** Of a view: the handle of its root, with which it ends; null for a root. */
  readonly owner: Tracked | null;
  hasEnded: boolean;
  /** Of bytes: how many there were. Of none, they stay none when the field gets some. */
  readonly length?: number;
}

/** What a block for so many bytes of a string or byte sequence takes; no bytes take none. */
export function rawGranules(bytes: number): number {
  return bytes === 0 ? 0 : granulesFor(bytes);
}

export function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

if (granulesFor(1) * 16 < HEADER_BYTES + 1) throw new Error('a block holds its header and its payload');
