/**
 * The type table: which index stands for which type, the same for every thread and for as long as the kernel runs.
 *
 *   entry 0            count of entries | lock
 *   entry i            SHA-256 of the type (8 words) | bytes of name (1 word) | name, UTF-8, cut at 92 bytes
 *
 * Entries are only ever appended, by the host and the kernel, under a lock that both hold for microseconds; the count is the commit word. A domain looks
 * types up and never appends, so a domain that dies cannot leave the lock held.
 */
import { load, relax, store, swapIf } from '../../abi/atomics.js';
import { MAX_TYPES, RAW_TYPE, TYPE_COUNT, TYPE_ENTRY_WORDS, TYPE_LOCK, typeTableAt } from '../../abi/heap-layout.js';
import type { SharedState } from '../shared-state.js';

const ID_WORDS = 8;
const NAME_AT = ID_WORDS + 1;
const NAME_BYTES = (TYPE_ENTRY_WORDS - NAME_AT) * 4;

export class TypeTable {
  readonly #shared: SharedState;
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #known = new Map<string, number>();
  #read = RAW_TYPE;

  constructor(shared: SharedState) {
    this.#shared = shared;
    this.#words = shared.heapViews.words;
    this.#at = typeTableAt(shared.pages);
  }

  /** How many types are known, by whomever. */
  get count(): number {
    return load(this.#words, this.#at + TYPE_COUNT);
  }

  /** The index of a type id, or undefined where nobody has registered it. */
  find(id: string): number | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    this.#catchUp();
    return this.#known.get(id);
  }

  #catchUp(): void {
    for (const count = load(this.#words, this.#at + TYPE_COUNT); this.#read < count; ) {
      this.#read++;
      this.#known.set(this.#idAt(this.#read), this.#read);
    }
  }

  #idAt(index: number): string {
    const at = this.#entry(index);
    let id = '';
    for (let word = 0; word < ID_WORDS; word++) id += (this.#words[at + word] >>> 0).toString(16).padStart(8, '0');
    return id;
  }

  #entry(index: number): number {
    return this.#at + index * TYPE_ENTRY_WORDS;
  }

  /** The name of a type, for statistics and messages. */
  nameOf(index: number): string {
    if (index === RAW_TYPE) return 'bytes';
    // Of a busy heap an index may have been read that is none.
    if (!(index > RAW_TYPE && index <= this.count)) return `unknown type ${index}`;
    const at = this.#entry(index);
    return this.#shared.heapViews.node.toString('utf8', (at + NAME_AT) * 4, (at + NAME_AT) * 4 + this.#words[at + ID_WORDS]);
  }

  /** Called once, when the memories are new. */
  static initialise(shared: SharedState): void {
    store(shared.heapViews.words, typeTableAt(shared.pages) + TYPE_COUNT, RAW_TYPE);
  }

  /** The index of a type, registered if it is new. For the host and the kernel alone. Throws a RangeError when the table is full. */
  register(id: string, name: string): number {
    const known = this.find(id);
    if (known !== undefined) return known;
    if (!/^[0-9a-f]{64}$/.test(id)) throw new TypeError(`a type id is 64 hexadecimal digits, not '${id}'`);
    while (!swapIf(this.#words, this.#at + TYPE_LOCK, 0, 1)) relax();
    try {
      this.#catchUp();
      return this.#known.get(id) ?? this.#append(id, name);
    } finally {
      store(this.#words, this.#at + TYPE_LOCK, 0);
    }
  }

  #append(id: string, name: string): number {
    const index = load(this.#words, this.#at + TYPE_COUNT) + 1;
    if (index >= MAX_TYPES) throw new RangeError(`the type table is full: ${MAX_TYPES} types`);
    const at = this.#entry(index);
    for (let word = 0; word < ID_WORDS; word++) this.#words[at + word] = Number.parseInt(id.slice(word * 8, word * 8 + 8), 16) | 0;
    const text = Buffer.from(name).subarray(0, NAME_BYTES);
    this.#shared.heapViews.bytes.set(text, (at + NAME_AT) * 4);
    this.#words[at + ID_WORDS] = text.length;
    store(this.#words, this.#at + TYPE_COUNT, index);
    this.#known.set(id, index);
    this.#read = index;
    return index;
  }
}
