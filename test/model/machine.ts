/**
 * Runs commands on the heap and on the model, and compares what they say.
 *
 * A command is four numbers: what to do, and three that choose among whatever there is to choose from. So every list of commands means something, and a shorter one does, too: a
 * failure shrinks. What the model expects of a command is a list of reasons to refuse it; the heap has to refuse for one of them, or else succeed.
 */
import { HOST_ID } from '../../dist/abi/domain-id.js';
import { firstPayloadByte, RAW_TYPE } from '../../dist/abi/heap-layout.js';
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import { handles } from '../../dist/shared-heap/handle.js';
import type { TypeRuntime } from '../../dist/shared-heap/type-runtime.js';
import { RRefArray, RRefDeque, RRefVec } from '../../dist/abi/container-tokens.js';
import { inTransit } from '../../dist/abi/domain-id.js';
import { random } from './churn.js';
import { CHILDREN, GRID, type Kind, KINDS, NODE_BYTES, RING, rawGranules, textBytes, type Tracked, Value } from './model.js';
import { type Member, World } from './world.js';
import { Node } from '../fixtures/model/generated/model.js';

export type Command = readonly [what: number, a: number, b: number, c: number];

const HEAP_BYTES = 64 * 2 ** 20;
/** Granules. Enough for some values with a span, so that quotas are met often. */
const QUOTA = 60_000;
const DOMAINS = 3;
const MOST_ROOTS = 20;
const MOST_TRACKED = 40;
const MOST_CALLS = 8;
const STEPS_BETWEEN_AUDITS = 250;

const TOKENS = { node: Node, ring: RRefDeque(Node, RING), grid: RRefArray(Node, GRID), numbers: RRefVec('u16') };
const KEEP: { readonly [kind in Kind]: string } = { node: 'keep', ring: 'keepRing', grid: 'keepGrid', numbers: 'keepNumbers' };

// What is written comes from here, and no byte of it is zero: what is read where nobody wrote it shows.
const POOL_BYTES = 200_000;
const draw = random(7);
const POOL = Uint8Array.from({ length: POOL_BYTES }, () => 1 + Math.floor(draw() * 255));
const POOL_TEXT = Array.from({ length: POOL_BYTES }, () => 'abcdefghijklmnopqrstuvwxyzäß€漢'[Math.floor(draw() * 30)]).join('');
/** Lengths of strings and bytes: mostly short, seldom about a page or more. */
const LENGTHS = [0, 0, 1, 3, 7, 15, 31, 32, 33, 60, 100, 200, 480, 481, 1000, 2000];
const LARGE = [5000, 30_000, 32_736, 32_737, 70_000, 140_000];

/** One life of a member, and what the model knows of it. */
interface Life {
  readonly member: Member;
  readonly types: { readonly [kind in Kind]: TypeRuntime };
  roots: Value[];
  /** Dropped while lent: what is charged until the last borrow ends. */
  readonly dropped: Set<Value>;
  tracked: Tracked[];
  charged: number;
  quota: number;
}

interface Call {
  readonly id: number;
  readonly caller: Life;
  readonly callee: Life;
  readonly method: string;
  readonly sent: PendingCall;
  readonly moved: Tracked | null;
  readonly lent: Tracked | null;
  readonly granules: number;
  readonly script: number;
  state: 'sent' | 'running' | 'refused' | 'replied';
  code: string;
  answer: number;
  result: Value | null;
}

export class Mismatch extends Error {}

export class Machine {
  readonly world: World;
  readonly #host: Life;
  #lives: Life[];
  readonly #graves: Member[] = [];
  readonly #calls = new Map<number, Call>();
  #nextCall = 1;
  /** Of each block that has been a node: its generation then. */
  readonly #generations = new Map<number, number>();
  #steps = 0;
  /** How often each thing was done, and how often it was refused. */
  readonly tally = new Map<string, number>();

  constructor(paranoid: boolean) {
    this.world = new World(HEAP_BYTES, paranoid);
    this.#host = this.#lifeOf(this.world.host, QUOTA);
    this.world.setQuota(this.world.host, QUOTA);
    this.#lives = [this.#host];
    for (let count = 0; count < DOMAINS; count++) this.#lives.push(this.#born());
  }

  #born(): Life {
    return this.#lifeOf(this.world.birth(QUOTA), QUOTA);
  }

  #lifeOf(member: Member, quota: number): Life {
    const types = Object.fromEntries(KINDS.map((kind) => [kind, member.registry.byToken(TOKENS[kind] as never)])) as { [kind in Kind]: TypeRuntime };
    const life: Life = { member, types, roots: [], dropped: new Set(), tracked: [], charged: 0, quota };
    const keep = (id: number, handle: any): number => this.#serveKeep(life, id, handle);
    const look = (id: number, handle: any): number => this.#serveLook(life, id, handle);
    this.world.provide(member, {
      keep,
      keepRing: keep,
      keepGrid: keep,
      keepNumbers: keep,
      look,
      lookRing: look,
      give: (id: number) => this.#serveGive(life, id),
      swap: (id: number, handle: any) => this.#serveSwap(life, id, handle),
    });
    return life;
  }

  run(commands: readonly Command[]): void {
    for (const command of commands) {
      const what = WHAT[command[0] % WHAT.length];
      try {
        this.#do(what, command);
        if (++this.#steps % STEPS_BETWEEN_AUDITS === 0) this.audit();
      } catch (error) {
        throw new Error(`step ${this.#steps} (${what} ${command.slice(1).join(' ')}): ${error instanceof Mismatch ? error.message : (error as Error).stack}`);
      }
    }
  }

  // --- choosing -----------------------------------------------------------------------------------------------------

  #life(choice: number): Life {
    return this.#lives[choice % this.#lives.length];
  }

  #handle(life: Life, choice: number, kind: Kind | 'any' = 'any'): Tracked | undefined {
    const known = [...life.roots.flatMap((root) => root.owned ?? []), ...life.tracked];
    const fitting = known.filter(({ kind: of, value }) => of !== 'bytes' && of !== 'text' && (kind === 'any' || value.kind === kind));
    // One in eight times any, ended or not.
    const wanted = choice % 8 === 0 ? fitting : fitting.filter(isAlive);
    return at(wanted, choice >> 3);
  }

  /** A handle that is to move: most often one that may. */
  #root(life: Life, choice: number, kind: Kind | 'any' = 'any'): Tracked | undefined {
    if (choice % 8 === 0) return this.#handle(life, choice >> 3, kind);
    const movable = life.roots.filter((root) => root.owned !== null && root.lent === 0 && (kind === 'any' || root.kind === kind));
    return at(movable, choice >> 3)?.owned ?? undefined;
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  /** Does what the heap has to refuse for one of the reasons, or else succeed at. */
  #expect<T>(what: string, reasons: readonly string[], act: () => T): { readonly value: T } | null {
    let value: T;
    try {
      value = act();
    } catch (error) {
      const { name, message } = error as Error;
      if (!reasons.includes(name)) throw new Mismatch(`${what} threw ${name} (${message}); expected ${reasons.join(' or ') || 'success'}`);
      this.#count(`${what}: ${name}`);
      return null;
    }
    if (reasons.length > 0) throw new Mismatch(`${what} succeeded; expected ${reasons.join(' or ')}`);
    this.#count(what);
    return { value };
  }

  #same(what: string, heap: unknown, model: unknown): void {
    if (!Object.is(heap, model)) throw new Mismatch(`${what}: the heap says ${String(heap).slice(0, 80)}, the model ${String(model).slice(0, 80)}`);
  }

  // --- what the model does with handles and values ----------------------------------------------------------------------

  #track(life: Life, tracked: Tracked): Tracked {
    life.tracked.push(tracked);
    if (life.tracked.length > MOST_TRACKED) life.tracked.shift();
    return tracked;
  }

  /** A root that has come to a life, by whatever way. */
  #own(life: Life, value: Value, handle: unknown): Tracked {
    const tracked: Tracked = { handle, value, kind: 'owned', owner: null, hasEnded: false };
    value.parent = null;
    value.owned = tracked;
    life.roots.push(value);
    return tracked;
  }

  /** The root is no longer this life's: its handle ends, and with it all views. */
  #disown(life: Life, root: Value): void {
    const { owned } = root;
    if (owned !== null) {
      owned.hasEnded = true;
      this.#track(life, owned);
    }
    root.owned = null;
    life.roots.splice(life.roots.indexOf(root), 1);
  }

  /** Something was detached below the handle: every other view of the tree has ended. */
  #reshape(life: Life, by: Tracked): void {
    const owner = by.owner ?? by;
    for (const tracked of life.tracked) if (tracked.owner === owner && tracked !== by) tracked.hasEnded = true;
  }

  #whyNotWrite(tracked: Tracked): string[] {
    return isAlive(tracked) && tracked.value.root.lent === 0 ? [] : ['LifetimeViolation'];
  }

  #whyNotMove(tracked: Tracked, kind: Kind): string[] {
    const reasons = tracked.value.kind === kind ? [] : ['InvalidType'];
    if (!isAlive(tracked) || tracked.kind !== 'owned' || tracked.value.lent > 0) reasons.push('LifetimeViolation');
    return reasons;
  }

  #whyNotCharge(life: Life, granules: number): string[] {
    return life.charged + granules > life.quota ? ['ResourceExhausted'] : [];
  }

  // --- commands -----------------------------------------------------------------------------------------------------

  #do(what: What, [, a, b, c]: Command): void {
    const life = this.#life(a);
    switch (what) {
      case 'alloc node':
        return this.#allocNode(life, a, b, c);
      case 'alloc container':
        return this.#allocContainer(life, b, c);
      case 'read':
        return this.#read(life, b, c);
      case 'write':
        return this.#write(life, b, c);
      case 'assign child':
        return this.#assignChild(life, a, b, c);
      case 'take child':
        return this.#takeChild(life, b, c);
      case 'ring':
        return this.#ring(life, a, b, c);
      case 'grid':
        return this.#grid(life, a, b, c);
      case 'numbers':
        return this.#numbers(life, b, c);
      case 'bytes':
        return this.#bytes(life, b, c);
      case 'drop':
        return this.#drop(life, b);
      case 'send':
        return this.#send(life, a, b, c);
      case 'serve':
        return this.#serve(b);
      case 'settle':
        return this.#settle(b);
      case 'give up':
        return this.#giveUp(b);
      case 'move':
        return this.#move(life, b, c);
      case 'die':
        return this.#die(b);
      case 'quota':
        return this.#setQuota(life, b, c);
    }
  }

  #allocNode(life: Life, a: number, b: number, c: number): void {
    if (life.roots.length >= MOST_ROOTS) return this.#drop(life, b);
    const value = new Value('node');
    value.text = textFrom(b);
    value.data = bytesFrom(c);
    value.flags = b;
    value.level = c / 3;
    const fields: { [name: string]: unknown } = { text: value.text, data: value.data, flags: value.flags, level: value.level };
    const reasons = this.#whyNotCharge(life, value.granules);
    const children: [number, Tracked][] = [];
    CHILDREN.forEach(([name, kind], place) => {
      const child = ((a >> 2) + place) % 4 === 0 ? this.#root(life, b + place * 7, c % 16 === 0 ? 'any' : kind) : undefined;
      fields[name] = child?.handle ?? null;
      if (child === undefined) return;
      reasons.push(...this.#whyNotMove(child, kind));
      if (children.some(([, other]) => other.handle === child.handle)) reasons.push('LifetimeViolation');
      children.push([place, child]);
    });
    const { heap } = life.member;
    const done = this.#expect('alloc node', reasons, () => heap.alloc(life.types.node, fields));
    if (done === null) return;
    life.charged += value.granules;
    for (const [place, child] of children) {
      this.#disown(life, child.value);
      value.attach(place, child.value);
    }
    this.#own(life, value, done.value);
    const block = handles.rootBlock(done.value);
    const generation = heap.generationOf(block);
    if (generation === this.#generations.get(block)) throw new Mismatch(`block ${block} has another life and the generation ${generation} of the one before`);
    this.#generations.set(block, generation);
    const at = firstPayloadByte(block) >>> 2;
    for (const word of [7, 11, NODE_BYTES / 4, NODE_BYTES / 4 + 1]) this.#same(`word ${word} of a fresh node`, heap.views.words[at + word], 0);
    this.#readNode(life, value.owned as unknown as Tracked, c);
  }

  #allocContainer(life: Life, b: number, c: number): void {
    if (life.roots.length >= MOST_ROOTS) return this.#drop(life, b);
    const kind = KINDS[1 + (b % 3)];
    const value = new Value(kind);
    const { heap } = life.member;
    if (kind === 'numbers') {
      value.numbers = numbersFrom(c);
      const done = this.#expect('alloc numbers', this.#whyNotCharge(life, value.granules), () => heap.alloc(life.types.numbers, value.numbers));
      if (done === null) return;
      this.#own(life, value, done.value);
    } else {
      const size = kind === 'ring' ? RING : GRID;
      const list: (Tracked | null)[] = [];
      for (let place = 0; place < c % (size + 1); place++) {
        const child = this.#root(life, b + place * 5, 'node');
        if (child !== undefined) list.push(child);
        else if (kind === 'grid') list.push(null);
      }
      const reasons = this.#whyNotCharge(life, value.granules);
      list.forEach((child, place) => {
        if (child === null) return;
        reasons.push(...this.#whyNotMove(child, 'node'));
        if (list.findIndex((other) => other?.handle === child.handle) < place) reasons.push('LifetimeViolation');
      });
      const done = this.#expect(`alloc ${kind}`, reasons, () =>
        heap.alloc(
          life.types[kind],
          list.map((child) => child?.handle ?? null),
        ),
      );
      if (done === null) return;
      list.forEach((child, place) => {
        if (child !== null) this.#disown(life, child.value);
        value.children[place] = null;
        if (child !== null) value.attach(place, child.value);
      });
      this.#own(life, value, done.value);
    }
    life.charged += value.granules;
    this.#compareContainer(life, value.owned as unknown as Tracked, c);
  }

  #read(life: Life, b: number, c: number): void {
    const tracked = this.#handle(life, b);
    if (tracked === undefined) return;
    if (isAlive(tracked)) {
      this.#count('read');
      return tracked.value.kind === 'node' ? this.#readNode(life, tracked, c) : this.#compareContainer(life, tracked, c);
    }
    this.#expect('read', ['LifetimeViolation'], () => (tracked.value.kind === 'node' ? tracked.handle.flags : tracked.handle.length));
  }

  /** Compares one node; `c` says what to keep a view of. */
  #readNode(life: Life, tracked: Tracked, c: number): void {
    const { handle, value } = tracked;
    this.#same('flags', handle.flags, value.flags);
    this.#same('level', handle.level, value.level);
    this.#same('text', handle.text, value.text);
    const bytes = handle.data;
    this.#same('length of bytes', bytes.length, value.data.length);
    if (!bytes.equals(value.data)) throw new Mismatch('the bytes differ');
    CHILDREN.forEach(([name], place) => {
      const child = value.children[place];
      const view = handle[name];
      this.#same(`whether ${name} is there`, view !== null, child !== null);
      if (child !== null && (c + place) % 4 === 0) this.#view(life, tracked, view, child, 'view');
    });
    if (c % 5 === 0) this.#view(life, tracked, bytes, value, 'bytes', value.data.length);
    if (c % 7 === 0) this.#view(life, tracked, handle.bytesOf('text'), value, 'text', textBytes(value.text));
  }

  #view(life: Life, through: Tracked, handle: unknown, value: Value, kind: Tracked['kind'], length = 0): void {
    this.#track(life, { handle, value, kind, owner: through.owner ?? through, hasEnded: false, length });
  }

  #compareContainer(life: Life, tracked: Tracked, c: number): void {
    const { handle, value } = tracked;
    if (value.kind === 'numbers') {
      this.#same('length', handle.length, value.numbers.length);
      const place = value.numbers.length === 0 ? 0 : c % value.numbers.length;
      this.#same('number', handle.at(place), value.numbers[place]);
      if (!Buffer.from(handle.toTypedArray().buffer).equals(Buffer.from(value.numbers.buffer, value.numbers.byteOffset, value.numbers.byteLength))) {
        throw new Mismatch('the numbers differ');
      }
      return;
    }
    this.#same('length', handle.length, value.children.length);
    const seen = [...handle];
    this.#same('length of the iteration', seen.length, value.children.length);
    value.children.forEach((child, place) => {
      this.#same('whether an element is there', seen[place] !== null, child !== null);
      if (child === null) return;
      this.#same('flags of an element', seen[place].flags, child.flags);
      if ((c + place) % 3 === 0) this.#view(life, tracked, seen[place], child, 'view');
    });
  }

  #write(life: Life, b: number, c: number): void {
    const tracked = this.#handle(life, b, 'node');
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const reasons = this.#whyNotWrite(tracked);
    if (c % 3 === 0) {
      if (this.#expect('write flags', reasons, () => (handle.flags = c)) !== null) value.flags = c;
      return;
    }
    const isText = c % 3 === 1;
    const text = textFrom(b + c);
    const data = bytesFrom(b + c);
    const before = rawGranules(isText ? textBytes(value.text) : value.data.length);
    const after = rawGranules(isText ? textBytes(text) : data.length);
    reasons.push(...this.#whyNotCharge(life, after));
    if (after === 0 && before === 0) reasons.splice(0, reasons.length, ...this.#whyNotWrite(tracked));
    const done = this.#expect(isText ? 'write text' : 'write data', reasons, () => (isText ? (handle.text = text) : (handle.data = data)));
    if (done === null) return;
    if (isText) value.text = text;
    else value.data = data;
    life.charged += after - before;
    if (before > 0) this.#reshape(life, tracked);
  }

  /** Moves `incoming`, if any, to a place that held `former`; answers whether that was dropped. */
  #replaced(life: Life, by: Tracked, place: number, incoming: Tracked | null, keeps: boolean): Value | null {
    const parent = by.value;
    const former = parent.children[place];
    parent.children[place] = null;
    if (former !== null) {
      this.#reshape(life, by);
      former.parent = null;
      if (!keeps) life.charged -= former.total;
    }
    if (incoming !== null) {
      this.#disown(life, incoming.value);
      parent.attach(place, incoming.value);
    }
    return former;
  }

  #whyNotAttach(to: Tracked, incoming: Tracked | null, kind: Kind): string[] {
    const reasons = this.#whyNotWrite(to);
    if (incoming !== null) {
      reasons.push(...this.#whyNotMove(incoming, kind));
      if ((incoming.owner ?? incoming) === (to.owner ?? to)) reasons.push('LifetimeViolation');
    }
    return reasons;
  }

  #assignChild(life: Life, a: number, b: number, c: number): void {
    const tracked = this.#handle(life, b, 'node');
    if (tracked === undefined) return;
    const place = (a >> 2) % CHILDREN.length;
    const [name, kind] = CHILDREN[place];
    const incoming = c % 5 === 0 ? null : (this.#root(life, c, c % 7 === 0 ? 'any' : kind) ?? null);
    const done = this.#expect('assign child', this.#whyNotAttach(tracked, incoming, kind), () => (tracked.handle[name] = incoming?.handle ?? null));
    if (done !== null) this.#replaced(life, tracked, place, incoming, false);
  }

  #takeChild(life: Life, b: number, c: number): void {
    const tracked = this.#handle(life, b, 'node');
    if (tracked === undefined) return;
    const place = c % CHILDREN.length;
    const done = this.#expect('take child', this.#whyNotWrite(tracked), () => tracked.handle.take(CHILDREN[place][0]));
    if (done !== null) this.#taken(life, this.#replaced(life, tracked, place, null, true), done.value);
  }

  #taken(life: Life, former: Value | null, handle: unknown): void {
    this.#same('whether something was taken', handle !== null, former !== null);
    if (former !== null) this.#own(life, former, handle);
  }

  #ring(life: Life, a: number, b: number, c: number): void {
    const tracked = this.#handle(life, b, 'ring');
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const atBack = (a >> 2) % 2 === 0;
    if ((a >> 3) % 2 === 0) {
      const incoming = this.#root(life, c, c % 7 === 0 ? 'any' : 'node');
      if (incoming === undefined) return;
      const isFull = value.children.length === RING;
      const done = this.#expect('push', this.#whyNotAttach(tracked, incoming, 'node'), () =>
        atBack ? handle.pushBack(incoming.handle) : handle.pushFront(incoming.handle),
      );
      if (done === null) return;
      this.#same('what a push gives back', done.value, isFull ? incoming.handle : null);
      if (isFull) return;
      this.#disown(life, incoming.value);
      incoming.value.parent = value;
      if (atBack) value.children.push(incoming.value);
      else value.children.unshift(incoming.value);
      return;
    }
    const done = this.#expect('pop', this.#whyNotWrite(tracked), () => (atBack ? handle.popBack() : handle.popFront()));
    if (done === null) return;
    const former = (atBack ? value.children.pop() : value.children.shift()) ?? null;
    if (former !== null) {
      this.#reshape(life, tracked);
      former.parent = null;
    }
    this.#taken(life, former, done.value);
  }

  #grid(life: Life, a: number, b: number, c: number): void {
    const tracked = this.#handle(life, b, 'grid');
    if (tracked === undefined) return;
    const { handle } = tracked;
    const place = (a >> 2) % (GRID + 1);
    const beyond = place === GRID ? ['RangeError'] : [];
    const incoming = this.#root(life, c, c % 7 === 0 ? 'any' : 'node');
    switch ((a >> 4) % 4) {
      case 0: {
        const done = this.#expect('grid take', [...beyond, ...this.#whyNotWrite(tracked)], () => handle.take(place));
        if (done !== null) this.#taken(life, this.#replaced(life, tracked, place, null, true), done.value);
        return;
      }
      case 1: {
        if (incoming === undefined) return;
        const done = this.#expect('grid set', [...beyond, ...this.#whyNotAttach(tracked, incoming, 'node')], () => handle.set(place, incoming.handle));
        if (done !== null) this.#replaced(life, tracked, place, incoming, false);
        return;
      }
      default: {
        const given = incoming !== undefined && c % 3 > 0 ? incoming : null;
        const done = this.#expect('grid replace', [...beyond, ...this.#whyNotAttach(tracked, given, 'node')], () =>
          handle.replace(place, given?.handle ?? null),
        );
        if (done !== null) this.#taken(life, this.#replaced(life, tracked, place, given, true), done.value);
      }
    }
  }

  #numbers(life: Life, b: number, c: number): void {
    const tracked = this.#handle(life, b, 'numbers');
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const { length } = value.numbers;
    const place = c % (length + 1);
    const number = c & 0xffff;
    switch (c % 3) {
      case 0:
        if (this.#expect('number set', [...(place < length ? [] : ['RangeError']), ...this.#whyNotWrite(tracked)], () => handle.set(place, number)) !== null) {
          value.numbers[place] = number;
        }
        return;
      case 1:
        if (this.#expect('number fill', this.#whyNotWrite(tracked), () => handle.fill(number, place)) !== null) value.numbers.fill(number, place);
        return;
      default: {
        const source = numbersFrom(b + c);
        const reasons = [...(place + source.length > length ? ['RangeError'] : []), ...this.#whyNotWrite(tracked)];
        if (this.#expect('number setAll', reasons, () => handle.setAll(source, place)) !== null) value.numbers.set(source, place);
      }
    }
  }

  #bytes(life: Life, b: number, c: number): void {
    const known = life.tracked.filter(({ kind }) => kind === 'bytes' || kind === 'text');
    const tracked = at(b % 8 === 0 ? known : known.filter(isAlive), b >> 3);
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const length = tracked.length ?? 0;
    const content = (): Uint8Array => (tracked.kind === 'text' ? Buffer.from(value.text) : value.data).subarray(0, length);
    if (c % 2 === 0) {
      const done = this.#expect('read bytes', isAlive(tracked) ? [] : ['LifetimeViolation'], () => handle.toUint8Array() as Uint8Array);
      if (done === null) return;
      if (!Buffer.from(done.value).equals(content())) throw new Mismatch('bytes read through a view differ');
      const start = c % (content().length + 1);
      const slice = handle.slice(start).toUint8Array() as Uint8Array;
      if (!Buffer.from(slice).equals(content().subarray(start))) throw new Mismatch('a slice differs');
      return;
    }
    const source = POOL.subarray(c % 1000, (c % 1000) + (c % (length + 1)));
    const place = c % (length - source.length + 1);
    const reasons = tracked.kind === 'text' ? ['LifetimeViolation'] : this.#whyNotWrite(tracked);
    if (this.#expect('write bytes', reasons, () => handle.set(source, place)) === null) return;
    value.data = value.data.slice();
    value.data.set(source, place);
  }

  #drop(life: Life, b: number): void {
    const tracked = this.#handle(life, b);
    if (tracked === undefined) return;
    const { value } = tracked;
    const reasons = isAlive(tracked) && tracked.kind === 'owned' ? [] : ['LifetimeViolation'];
    if (this.#expect('drop', reasons, () => tracked.handle.drop()) === null) return;
    this.#disown(life, value);
    if (value.lent > 0) life.dropped.add(value);
    else life.charged -= value.total;
  }

  #setQuota(life: Life, b: number, c: number): void {
    life.quota = b % 3 === 0 ? life.charged + (c % 300) : QUOTA;
    this.world.setQuota(life.member, life.quota);
    this.#count('quota');
  }

  /** A move without a call: the two stores that a call makes of it. */
  #move(life: Life, b: number, c: number): void {
    const to = this.#life(c);
    const tracked = this.#handle(life, b);
    if (to === life || tracked === undefined || !isAlive(tracked) || tracked.kind !== 'owned' || tracked.value.lent > 0) return;
    const { value } = tracked;
    const { total } = value;
    if (to.charged + total > to.quota) return;
    const block = handles.blockToMove(tracked.handle);
    handles.consume(tracked.handle);
    life.member.heap.ownership.send(block, inTransit(0));
    life.member.heap.arena.charge(-total);
    to.member.heap.receive(block);
    this.#disown(life, value);
    life.charged -= total;
    to.charged += total;
    this.#own(to, value, handles.owned(to.member.heap, to.types[value.kind], block));
    this.#count('move');
  }

  // --- calls --------------------------------------------------------------------------------------------------------

  #send(life: Life, a: number, b: number, c: number): void {
    if (this.#calls.size >= MOST_CALLS) return this.#serve(b);
    const how = (a >> 2) % 8;
    const isLend = how < 3;
    const tracked = isLend ? this.#handle(life, b, b % 5 === 0 ? 'any' : b % 5 === 1 ? 'ring' : 'node') : this.#root(life, b, how < 5 ? 'any' : 'node');
    if (how < 5 && tracked === undefined) return;
    const to = this.#life(c);
    if (how === 7 && this.#graves.length > 0) return this.#sendToDead(life, this.#graves[c % this.#graves.length], tracked);
    let method = how < 7 ? 'swap' : 'give';
    if (how < 5 && tracked !== undefined) method = isLend ? (tracked.value.kind === 'ring' ? 'lookRing' : 'look') : KEEP[tracked.value.kind];
    if (method === 'swap' && tracked === undefined) method = 'give';
    const argument = method === 'give' ? undefined : tracked;
    this.#call(life, to, method, argument, c);
  }

  /** Sends a call. Answers it, or null where it was refused at once. */
  #call(life: Life, to: Life, method: string, argument: Tracked | undefined, script: number): Call | null {
    const isLend = method.startsWith('look');
    const reasons: string[] = [];
    if (to === life) return null;
    if (argument !== undefined) {
      if (isLend && argument.value.kind !== (method === 'look' ? 'node' : 'ring')) reasons.push('InvalidType');
      if (isLend && !isAlive(argument)) reasons.push('LifetimeViolation');
      if (!isLend) reasons.push(...this.#whyNotMove(argument, argument.value.kind));
    }
    const id = this.#nextCall++;
    const { caller } = life.member.endpoint;
    const args = argument === undefined ? [id] : [id, argument.handle];
    const sent = caller.send(to.member.target, this.world.method(life.member, method), args, Number.POSITIVE_INFINITY);
    if (!('record' in sent)) {
      const { code } = sent.error;
      if (!reasons.includes(code))
        throw new Mismatch(`${method} was refused with ${code} (${sent.error.message}); expected ${reasons.join(' or ') || 'success'}`);
      this.#count(`${method}: ${code}`);
      return null;
    }
    if (reasons.length > 0) throw new Mismatch(`${method} was sent; expected ${reasons.join(' or ')}`);
    this.#count(method);
    const moved = isLend ? null : (argument ?? null);
    const granules = moved === null ? 0 : moved.value.total;
    const call: Call = {
      id,
      caller: life,
      callee: to,
      method,
      sent,
      moved,
      lent: isLend ? (argument ?? null) : null,
      granules,
      script,
      state: 'sent',
      code: '',
      answer: 0,
      result: null,
    };
    if (moved !== null) this.#disown(life, moved.value);
    if (call.lent !== null) call.lent.value.root.lent++;
    this.#calls.set(id, call);
    return call;
  }

  #sendToDead(life: Life, dead: Member, argument: Tracked | undefined): void {
    if (argument === undefined || this.#whyNotMove(argument, 'node').length > 0) return;
    const sent = life.member.endpoint.caller.send(dead.target, this.world.method(life.member, 'keep'), [0, argument.handle], Number.POSITIVE_INFINITY);
    if ('record' in sent || sent.error.code !== 'DomainDead' || sent.error.started)
      throw new Mismatch('a call to a dead domain was not refused with DomainDead');
    this.#count('call to a dead domain');
    this.#readNode(life, argument, 1);
  }

  #serve(choice: number): void {
    const waiting = [...this.#calls.values()].filter(({ state }) => state === 'sent');
    const call = at(waiting, choice);
    if (call !== undefined) this.#serveCall(call);
  }

  #nextSent(): Call | undefined {
    return [...this.#calls.values()].find(({ state }) => state === 'sent');
  }

  #serveCall(call: Call): void {
    const { endpoint } = call.callee.member;
    const isRefused = call.granules > 0 && call.callee.charged + call.granules > call.callee.quota;
    if (isRefused) {
      call.state = 'refused';
      call.code = 'ResourceExhausted';
      this.#count('refused for the quota');
    }
    if (!endpoint.space.unpost(call.sent.record)) throw new Mismatch('a sent call was not posted');
    endpoint.callee.serve(call.sent.record);
    if (this.#broken !== null) throw this.#broken;
    if (!isRefused && call.state === 'sent') throw new Mismatch(`${call.method} was not served`);
    // The borrow of a call that was given up ends when its caller looks.
    for (const ended of this.#lingering.splice(0)) {
      const { outcomes } = ended.caller.member.endpoint.caller;
      outcomes.sweep();
      this.#same('calls that linger', outcomes.lingering, 0);
      this.#unlend(ended);
    }
    this.world.tick();
  }

  #called(life: Life, id: number): Call {
    const call = this.#calls.get(id);
    if (call === undefined || call.callee !== life || call.state !== 'sent') throw new Mismatch('a call was served that should not have been');
    call.state = 'running';
    return call;
  }

  #arrived(life: Life, call: Call, handle: unknown): Value {
    const { value } = call.moved as Tracked;
    this.#own(life, value, handle);
    life.charged += call.granules;
    return value;
  }

  #serveKeep(life: Life, id: number, handle: unknown): number {
    return this.#checked(() => {
      const call = this.#called(life, id);
      const value = this.#arrived(life, call, handle);
      this.#compareTree(value.owned as unknown as Tracked);
      call.state = 'replied';
      call.answer = value.flags;
      return value.flags;
    });
  }

  #serveGive(life: Life, id: number): unknown {
    return this.#checked(() => {
      const call = this.#called(life, id);
      return this.#giveAway(life, call, at(life.roots, call.script));
    });
  }

  #serveSwap(life: Life, id: number, handle: unknown): unknown {
    return this.#checked(() => {
      const call = this.#called(life, id);
      const value = this.#arrived(life, call, handle);
      const other = at(life.roots, call.script);
      const giveable = other !== undefined && this.#isGiveable(other) ? other : value;
      return this.#giveAway(life, call, giveable);
    });
  }

  #isGiveable(value: Value): boolean {
    return value.kind === 'node' && value.lent === 0 && value.owned !== null;
  }

  #giveAway(life: Life, call: Call, value: Value | undefined): unknown {
    call.state = 'replied';
    if (value === undefined || !this.#isGiveable(value)) return null;
    const { handle } = value.owned as Tracked;
    this.#disown(life, value);
    life.charged -= value.total;
    call.result = value;
    return handle;
  }

  /** A mismatch inside a served method must not pass for a panic of the method. */
  #checked<T>(serve: () => T): T {
    try {
      return serve();
    } catch (error) {
      this.#broken ??= error as Error;
      throw error;
    }
  }
  #broken: Error | null = null;

  #serveLook(life: Life, id: number, handle: any): number {
    return this.#checked(() => {
      const call = this.#called(life, id);
      const { value } = call.lent as Tracked;
      const { root } = value;
      const lent: Tracked = { handle, value, kind: 'view', owner: null, hasEnded: false };
      this.#compareTree(lent);
      const owner = call.caller;
      this.#count(`while lent: ${call.script % 7}`);
      switch (call.script % 7) {
        case 0:
          this.#spoilLent(life, handle, value);
          break;
        case 1:
          if (root.owned !== null) this.#spoilWhileLent(owner, root);
          break;
        case 2:
          if (root.owned !== null) {
            root.owned.handle.drop();
            this.#disown(owner, root);
            owner.dropped.add(root);
          }
          break;
        case 3:
          if (owner !== this.#host) this.#kill(owner);
          break;
        case 4:
          this.#abandon(call);
          break;
        case 5: {
          const third = this.#lives.find((candidate) => candidate !== life && candidate !== owner);
          if (third !== undefined) this.#lendOn(life, third, lent);
          break;
        }
        default:
      }
      this.#compareTree(lent);
      call.answer = value.flags;
      if (this.#calls.has(id)) call.state = 'replied';
      return value.flags;
    });
  }

  #lendOn(life: Life, third: Life, lent: Tracked): void {
    const method = lent.value.kind === 'ring' ? 'lookRing' : 'look';
    const call = this.#call(life, third, method, lent, 6);
    if (call === null) throw new Mismatch('what is lent could not be lent on');
    this.#serveCall(call);
    this.#settleCall(call);
  }

  /** Whoever borrows may change nothing. */
  #spoilLent(life: Life, handle: any, value: Value): void {
    const refused = (what: string, act: () => unknown): void => void this.#expect(`lent: ${what}`, ['LifetimeViolation'], act);
    refused('drop', () => handle.drop());
    if (value.kind === 'ring') {
      refused('pop', () => handle.popFront());
      return;
    }
    refused('write flags', () => (handle.flags = 1));
    refused('write text', () => (handle.text = ''));
    refused('take', () => handle.take('left'));
    refused('move', () =>
      life.member.heap.alloc(life.types.node, {
        text: '',
        data: new Uint8Array(0),
        flags: 0,
        level: 0,
        left: handle,
        right: null,
        ring: null,
        grid: null,
        numbers: null,
      }),
    );
    if (value.data.length > 0) refused('write bytes', () => handle.data.set(new Uint8Array(1)));
  }

  /** Nor may its owner. */
  #spoilWhileLent(owner: Life, root: Value): void {
    const { handle } = root.owned as Tracked;
    const refused = (what: string, act: () => unknown): void => void this.#expect(`while lent: ${what}`, ['LifetimeViolation'], act);
    if (root.kind === 'node') {
      refused('write flags', () => (handle.flags = 1));
      refused('take', () => handle.take('left'));
    }
    const { caller } = owner.member.endpoint;
    const sent = caller.send(this.#host.member.target, this.world.method(owner.member, KEEP[root.kind]), [0, handle], Number.POSITIVE_INFINITY);
    if ('record' in sent || sent.error.code !== 'LifetimeViolation') throw new Mismatch('what is lent could be moved');
  }

  /** The caller gives up a call that runs: it has its error, and the borrow goes on until the callee ends the call. */
  #abandon(call: Call): void {
    const { caller } = call.caller.member.endpoint;
    if (!caller.giveUp(call.sent, 'Cancelled')) throw new Mismatch('a running call could not be given up');
    const outcome = caller.outcomes.take(call.sent) as { ok: boolean; error: { code: string; started: boolean } };
    if (outcome.ok || outcome.error.code !== 'Cancelled' || !outcome.error.started) throw new Mismatch('a call that was given up has another outcome');
    this.#same('calls that linger', caller.outcomes.lingering > 0, true);
    this.#calls.delete(call.id);
    this.#lingering.push(call);
  }
  readonly #lingering: Call[] = [];

  #giveUp(choice: number): void {
    const call = at([...this.#calls.values()], choice);
    if (call === undefined) return;
    const done = call.caller.member.endpoint.caller.giveUp(call.sent, 'Cancelled');
    this.#same('whether a call could be given up', done, call.state === 'sent');
    if (!done) return;
    call.state = 'refused';
    call.code = 'Cancelled';
    this.#count('give up');
    this.#settleCall(call);
  }

  #settle(choice: number): void {
    const call = at(
      [...this.#calls.values()].filter(({ state }) => state !== 'sent'),
      choice,
    );
    if (call !== undefined) this.#settleCall(call);
  }

  #settleCall(call: Call): void {
    const { caller: life } = call;
    this.#calls.delete(call.id);
    const outcome = life.member.endpoint.caller.outcomes.take(call.sent) as {
      ok: boolean;
      value: any;
      error: { code: string; started: boolean; message: string };
    };
    if (call.state === 'refused') {
      if (outcome.ok || outcome.error.code !== call.code || outcome.error.started) {
        throw new Mismatch(
          `a refused call ended with ${outcome.ok ? 'a value' : `${outcome.error.code}, started ${outcome.error.started}`}; expected ${call.code}`,
        );
      }
      if (call.moved !== null) {
        const { value } = call.moved;
        call.moved.hasEnded = false;
        value.owned = call.moved;
        life.roots.push(value);
        life.tracked = life.tracked.filter((tracked) => tracked !== call.moved);
        this.#compareTree(call.moved);
      }
    } else if (call.result === null) {
      if (!outcome.ok) throw new Mismatch(`${call.method} ended with ${outcome.error.code} (${outcome.error.message})`);
      this.#same('the answer', outcome.value, call.method === 'give' || call.method === 'swap' ? null : call.answer);
      life.charged -= call.granules;
    } else this.#takeResult(call, outcome);
    this.#unlend(call);
  }

  #takeResult(call: Call, outcome: { ok: boolean; value: any; error: { code: string } }): void {
    const { caller: life, result } = call;
    const granules = (result as Value).total;
    if (life.charged + granules - call.granules > life.quota) {
      if (outcome.ok || outcome.error.code !== 'ResourceExhausted') throw new Mismatch('a result beyond the quota was taken');
      this.#count('result beyond the quota');
    } else {
      if (!outcome.ok) throw new Mismatch(`${call.method} ended with ${outcome.error.code}`);
      this.#own(life, result as Value, outcome.value);
      life.charged += granules;
      this.#compareTree((result as Value).owned as unknown as Tracked);
    }
    life.charged -= call.granules;
  }

  #unlend(call: Call): void {
    if (call.lent === null) return;
    const { root } = call.lent.value;
    root.lent--;
    if (root.lent === 0 && call.caller.dropped.delete(root)) call.caller.charged -= root.total;
  }

  // --- death --------------------------------------------------------------------------------------------------------

  #die(choice: number): void {
    if (choice % 8 === 0) this.#kill(this.#lives[1 + (Math.floor(choice / 8) % DOMAINS)]);
  }

  #kill(life: Life): void {
    this.#count('death');
    this.world.bury(life.member);
    for (const call of [...this.#calls.values()]) {
      if (call.caller === life) this.#calls.delete(call.id);
      else if (call.callee === life && call.state === 'sent') {
        call.state = 'refused';
        call.code = 'DomainCrashed';
      }
    }
    this.#graves.push(life.member);
    if (this.#graves.length > 3) this.#graves.shift();
    this.#lives = this.#lives.map((other) => (other === life ? this.#born() : other));
  }

  // --- comparing ----------------------------------------------------------------------------------------------------

  /** Compares all that a handle reaches. */
  #compareTree(top: Tracked): void {
    const stack: [any, Value][] = [[top.handle, top.value]];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [handle, value] = next;
      const tracked: Tracked = { handle, value, kind: 'view', owner: null, hasEnded: false };
      const life = NOBODY;
      if (value.kind === 'node') {
        this.#readNode(life, tracked, 1);
        CHILDREN.forEach(([name], place) => {
          const child = value.children[place];
          if (child !== null) stack.push([handle[name], child]);
        });
      } else {
        this.#compareContainer(life, tracked, 1);
        value.children.forEach((child, place) => {
          if (child !== null) stack.push([handle.get(place), child]);
        });
      }
    }
  }

  /** Compares everything: charges, contents, census, and what the audit finds. */
  audit(): void {
    if (this.#broken !== null) throw this.#broken;
    for (const call of [...this.#calls.values()]) if (call.state !== 'sent') this.#settleCall(call);
    this.world.tick();
    for (const life of this.#lives) {
      this.#same(`granules charged to ${life.member.id}`, life.member.heap.arena.charged, life.charged);
      for (const root of life.roots) {
        this.#compareTree(root.owned as Tracked);
        this.#same('whether a root is lent', handles.isLent((root.owned as Tracked).handle), root.lent > 0);
      }
    }
    const findings = this.world.findings();
    if (findings.length > 0) throw new Mismatch(`the audit finds ${findings.slice(0, 5).join('; ')}`);
    this.#compareCensus();
    this.#count('audit');
  }

  #compareCensus(): void {
    const census = this.world.census();
    const owners = new Map<number, { blocks: number; bytes: number }>();
    const types = new Map<number, number>();
    const add = (owner: number, root: Value): void => {
      for (const value of root.nodes()) {
        const count = owners.get(owner) ?? { blocks: 0, bytes: 0 };
        count.blocks += 1 + value.rawBlocks;
        count.bytes += value.granules * 16;
        owners.set(owner, count);
        const type = this.#host.types[value.kind].index;
        types.set(type, (types.get(type) ?? 0) + 1);
        if (value.rawBlocks > 0) types.set(RAW_TYPE, (types.get(RAW_TYPE) ?? 0) + value.rawBlocks);
      }
    };
    for (const life of this.#lives) for (const root of [...life.roots, ...life.dropped]) add(life.member.id, root);
    for (const call of this.#calls.values()) if (call.moved !== null) add(-1, call.moved.value);
    this.#same('owners in the census', describeCounts(census.byOwner), describeCounts(owners));
    this.#same(
      'types in the census',
      describeTypes(census.byType, ({ blocks }) => blocks),
      describeTypes(types, (blocks) => blocks),
    );
  }

  /** Ends everything: no call is left, everything is dropped or dies with its owner, and the heap is as new. */
  finish(): void {
    this.audit();
    // Serving one may end others: a script kills.
    for (let call = this.#nextSent(); call !== undefined; call = this.#nextSent()) this.#serveCall(call);
    this.audit();
    for (const root of [...this.#host.roots]) (root.owned as Tracked).handle.drop();
    for (const life of [...this.#lives]) if (life !== this.#host) this.world.bury(life.member);
    this.world.tick();
    const findings = this.world.findings();
    if (findings.length > 0) throw new Mismatch(`at the end the audit finds ${findings.slice(0, 5).join('; ')}`);
    const { total, pagesInUse } = this.world.census();
    this.#same('blocks at the end', total.blocks, 0);
    this.#same('pages at the end', pagesInUse, 0);
  }
}

/** Who tracks nothing. */
const NOBODY = { tracked: [] as Tracked[] } as unknown as Life;

function isAlive(tracked: Tracked): boolean {
  return !tracked.hasEnded && (tracked.owner === null || !tracked.owner.hasEnded);
}

function at<T>(list: readonly T[], choice: number): T | undefined {
  return list.length === 0 ? undefined : list[choice % list.length];
}

function lengthFrom(choice: number): number {
  return choice % 50 === 0 ? LARGE[Math.floor(choice / 50) % LARGE.length] : LENGTHS[choice % LENGTHS.length];
}

function bytesFrom(choice: number): Uint8Array {
  const start = choice % 1000;
  return POOL.subarray(start, start + lengthFrom(choice >> 3));
}

function textFrom(choice: number): string {
  const start = choice % 1000;
  return POOL_TEXT.slice(start, start + lengthFrom(choice >> 4));
}

function numbersFrom(choice: number): Uint16Array {
  return new Uint16Array(POOL.slice(0, (lengthFrom(choice >> 2) >> 1) * 2).buffer);
}

function describeCounts(counts: ReadonlyMap<number, { blocks: number; bytes: number }>): string {
  return [...counts]
    .filter(([, { blocks }]) => blocks > 0)
    .sort(([one], [other]) => one - other)
    .map(([owner, { blocks, bytes }]) => `${owner === HOST_ID ? 'host' : owner}: ${blocks} blocks, ${bytes} bytes`)
    .join('; ');
}

function describeTypes<T>(counts: ReadonlyMap<number, T>, blocksOf: (count: T) => number): string {
  return [...counts]
    .filter(([, count]) => blocksOf(count) > 0)
    .sort(([one], [other]) => one - other)
    .map(([type, count]) => `${type}: ${blocksOf(count)}`)
    .join('; ');
}

const WEIGHTS = {
  'alloc node': 14,
  'alloc container': 8,
  read: 14,
  write: 10,
  'assign child': 8,
  'take child': 5,
  ring: 7,
  grid: 7,
  numbers: 4,
  bytes: 6,
  drop: 7,
  send: 9,
  serve: 7,
  settle: 6,
  'give up': 2,
  move: 3,
  die: 4,
  quota: 2,
} as const;
type What = keyof typeof WEIGHTS;

/** Each thing to do, as often as it is to be done. */
export const WHAT: readonly What[] = (Object.keys(WEIGHTS) as What[]).flatMap((what) => new Array<What>(WEIGHTS[what]).fill(what));
