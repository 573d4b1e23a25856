/** Commands on the values of one life: alloc, read, write, attach, detach, containers, bytes, drop. */
import { firstPayloadByte } from '../../dist/abi/heap-layout.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { bytesFrom, numbersFrom, POOL, textFrom } from './content.js';
import { at, isAlive, type Ledger, type Life, Mismatch } from './ledger.js';
import { CHILDREN, GRID, type Kind, KINDS, NODE_BYTES, RING, rawGranules, textBytes, type Tracked, Value } from './model.js';

const MOST_ROOTS = 20;

export class ValueCommands {
  readonly #ledger: Ledger;
  /** Of each block that has been a node: its generation then. */
  readonly #generations = new Map<number, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  allocNode(life: Life, a: number, b: number, c: number): void {
    if (life.roots.length >= MOST_ROOTS) return this.drop(life, b);
    const value = new Value('node');
    value.text = textFrom(b);
    value.data = bytesFrom(c);
    value.flags = b;
    value.level = c / 3;
    const fields: { [name: string]: unknown } = { text: value.text, data: value.data, flags: value.flags, level: value.level };
    const reasons = this.#ledger.whyNotCharge(life, value.granules);
    const children: [number, Tracked][] = [];
    CHILDREN.forEach(([name, kind], place) => {
      const child = ((a >> 2) + place) % 4 === 0 ? this.#ledger.root(life, b + place * 7, c % 16 === 0 ? 'any' : kind) : undefined;
      fields[name] = child?.handle ?? null;
      if (child === undefined) return;
      reasons.push(...this.#ledger.whyNotMove(child, kind));
      if (children.some(([, other]) => other.handle === child.handle)) reasons.push('LifetimeViolation');
      children.push([place, child]);
    });
    const { heap } = life.member;
    const done = this.#ledger.expect('alloc node', reasons, () => heap.alloc(life.types.node, fields));
    if (done === null) return;
    life.charged += value.granules;
    for (const [place, child] of children) {
      this.#ledger.disown(life, child.value);
      value.attach(place, child.value);
    }
    this.#ledger.own(life, value, done.value);
    const block = handles.rootBlock(done.value);
    const generation = heap.generationOf(block);
    if (generation === this.#generations.get(block)) throw new Mismatch(`block ${block} has another life and the generation ${generation} of the one before`);
    this.#generations.set(block, generation);
    const at = firstPayloadByte(block) >>> 2;
    for (const word of [7, 11, NODE_BYTES / 4, NODE_BYTES / 4 + 1]) this.#ledger.same(`word ${word} of a fresh node`, heap.views.words[at + word], 0);
    this.#ledger.readNode(life, value.owned as unknown as Tracked, c);
  }

  allocContainer(life: Life, b: number, c: number): void {
    if (life.roots.length >= MOST_ROOTS) return this.drop(life, b);
    const kind = KINDS[1 + (b % 3)];
    const value = new Value(kind);
    const { heap } = life.member;
    if (kind === 'numbers') {
      value.numbers = numbersFrom(c);
      const done = this.#ledger.expect('alloc numbers', this.#ledger.whyNotCharge(life, value.granules), () => heap.alloc(life.types.numbers, value.numbers));
      if (done === null) return;
      this.#ledger.own(life, value, done.value);
    } else {
      const size = kind === 'ring' ? RING : GRID;
      const list: (Tracked | null)[] = [];
      for (let place = 0; place < c % (size + 1); place++) {
        const child = this.#ledger.root(life, b + place * 5, 'node');
        if (child !== undefined) list.push(child);
        else if (kind === 'grid') list.push(null);
      }
      const reasons = this.#ledger.whyNotCharge(life, value.granules);
      list.forEach((child, place) => {
        if (child === null) return;
        reasons.push(...this.#ledger.whyNotMove(child, 'node'));
        if (list.findIndex((other) => other?.handle === child.handle) < place) reasons.push('LifetimeViolation');
      });
      const done = this.#ledger.expect(`alloc ${kind}`, reasons, () =>
        heap.alloc(
          life.types[kind],
          list.map((child) => child?.handle ?? null),
        ),
      );
      if (done === null) return;
      list.forEach((child, place) => {
        if (child !== null) this.#ledger.disown(life, child.value);
        value.children[place] = null;
        if (child !== null) value.attach(place, child.value);
      });
      this.#ledger.own(life, value, done.value);
    }
    life.charged += value.granules;
    this.#ledger.compareContainer(life, value.owned as unknown as Tracked, c);
  }

  read(life: Life, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b);
    if (tracked === undefined) return;
    if (isAlive(tracked)) {
      this.#ledger.count('read');
      return tracked.value.kind === 'node' ? this.#ledger.readNode(life, tracked, c) : this.#ledger.compareContainer(life, tracked, c);
    }
    this.#ledger.expect('read', ['LifetimeViolation'], () => (tracked.value.kind === 'node' ? tracked.handle.flags : tracked.handle.length));
  }

  write(life: Life, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b, 'node');
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const reasons = this.#ledger.whyNotWrite(tracked);
    if (c % 3 === 0) {
      if (this.#ledger.expect('write flags', reasons, () => (handle.flags = c)) !== null) value.flags = c;
      return;
    }
    const isText = c % 3 === 1;
    const text = textFrom(b + c);
    const data = bytesFrom(b + c);
    const before = rawGranules(isText ? textBytes(value.text) : value.data.length);
    const after = rawGranules(isText ? textBytes(text) : data.length);
    reasons.push(...this.#ledger.whyNotCharge(life, after));
    if (after === 0 && before === 0) reasons.splice(0, reasons.length, ...this.#ledger.whyNotWrite(tracked));
    const done = this.#ledger.expect(isText ? 'write text' : 'write data', reasons, () => (isText ? (handle.text = text) : (handle.data = data)));
    if (done === null) return;
    if (isText) value.text = text;
    else value.data = data;
    life.charged += after - before;
    if (before > 0) this.#ledger.reshape(life, tracked);
  }

  /** Moves `incoming`, if any, to a place that held `former`; answers whether that was dropped. */
  #replaced(life: Life, by: Tracked, place: number, incoming: Tracked | null, keeps: boolean): Value | null {
    const parent = by.value;
    const former = parent.children[place];
    parent.children[place] = null;
    if (former !== null) {
      this.#ledger.reshape(life, by);
      former.parent = null;
      if (!keeps) life.charged -= former.total;
    }
    if (incoming !== null) {
      this.#ledger.disown(life, incoming.value);
      parent.attach(place, incoming.value);
    }
    return former;
  }

  #whyNotAttach(to: Tracked, incoming: Tracked | null, kind: Kind): string[] {
    const reasons = this.#ledger.whyNotWrite(to);
    if (incoming !== null) {
      reasons.push(...this.#ledger.whyNotMove(incoming, kind));
      if ((incoming.owner ?? incoming) === (to.owner ?? to)) reasons.push('LifetimeViolation');
    }
    return reasons;
  }

  assignChild(life: Life, a: number, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b, 'node');
    if (tracked === undefined) return;
    const place = (a >> 2) % CHILDREN.length;
    const [name, kind] = CHILDREN[place];
    const incoming = c % 5 === 0 ? null : (this.#ledger.root(life, c, c % 7 === 0 ? 'any' : kind) ?? null);
    const done = this.#ledger.expect('assign child', this.#whyNotAttach(tracked, incoming, kind), () => (tracked.handle[name] = incoming?.handle ?? null));
    if (done !== null) this.#replaced(life, tracked, place, incoming, false);
  }

  takeChild(life: Life, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b, 'node');
    if (tracked === undefined) return;
    const place = c % CHILDREN.length;
    const done = this.#ledger.expect('take child', this.#ledger.whyNotWrite(tracked), () => tracked.handle.take(CHILDREN[place][0]));
    if (done !== null) this.#taken(life, this.#replaced(life, tracked, place, null, true), done.value);
  }

  #taken(life: Life, former: Value | null, handle: unknown): void {
    this.#ledger.same('whether something was taken', handle !== null, former !== null);
    if (former !== null) this.#ledger.own(life, former, handle);
  }

  ring(life: Life, a: number, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b, 'ring');
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const atBack = (a >> 2) % 2 === 0;
    if ((a >> 3) % 2 === 0) {
      const incoming = this.#ledger.root(life, c, c % 7 === 0 ? 'any' : 'node');
      if (incoming === undefined) return;
      const isFull = value.children.length === RING;
      const done = this.#ledger.expect('push', this.#whyNotAttach(tracked, incoming, 'node'), () =>
        atBack ? handle.pushBack(incoming.handle) : handle.pushFront(incoming.handle),
      );
      if (done === null) return;
      this.#ledger.same('what a push gives back', done.value, isFull ? incoming.handle : null);
      if (isFull) return;
      this.#ledger.disown(life, incoming.value);
      incoming.value.parent = value;
      if (atBack) value.children.push(incoming.value);
      else value.children.unshift(incoming.value);
      return;
    }
    const done = this.#ledger.expect('pop', this.#ledger.whyNotWrite(tracked), () => (atBack ? handle.popBack() : handle.popFront()));
    if (done === null) return;
    const former = (atBack ? value.children.pop() : value.children.shift()) ?? null;
    if (former !== null) {
      this.#ledger.reshape(life, tracked);
      former.parent = null;
    }
    this.#taken(life, former, done.value);
  }

  grid(life: Life, a: number, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b, 'grid');
    if (tracked === undefined) return;
    const { handle } = tracked;
    const place = (a >> 2) % (GRID + 1);
    const beyond = place === GRID ? ['RangeError'] : [];
    const incoming = this.#ledger.root(life, c, c % 7 === 0 ? 'any' : 'node');
    switch ((a >> 4) % 4) {
      case 0: {
        const done = this.#ledger.expect('grid take', [...beyond, ...this.#ledger.whyNotWrite(tracked)], () => handle.take(place));
        if (done !== null) this.#taken(life, this.#replaced(life, tracked, place, null, true), done.value);
        return;
      }
      case 1: {
        if (incoming === undefined) return;
        const done = this.#ledger.expect('grid set', [...beyond, ...this.#whyNotAttach(tracked, incoming, 'node')], () => handle.set(place, incoming.handle));
        if (done !== null) this.#replaced(life, tracked, place, incoming, false);
        return;
      }
      default: {
        const given = incoming !== undefined && c % 3 > 0 ? incoming : null;
        const done = this.#ledger.expect('grid replace', [...beyond, ...this.#whyNotAttach(tracked, given, 'node')], () =>
          handle.replace(place, given?.handle ?? null),
        );
        if (done !== null) this.#taken(life, this.#replaced(life, tracked, place, given, true), done.value);
      }
    }
  }

  numbers(life: Life, b: number, c: number): void {
    const tracked = this.#ledger.handle(life, b, 'numbers');
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const { length } = value.numbers;
    const place = c % (length + 1);
    const number = c & 0xffff;
    switch (c % 3) {
      case 0:
        if (
          this.#ledger.expect('number set', [...(place < length ? [] : ['RangeError']), ...this.#ledger.whyNotWrite(tracked)], () =>
            handle.set(place, number),
          ) !== null
        ) {
          value.numbers[place] = number;
        }
        return;
      case 1:
        if (this.#ledger.expect('number fill', this.#ledger.whyNotWrite(tracked), () => handle.fill(number, place)) !== null) value.numbers.fill(number, place);
        return;
      default: {
        const source = numbersFrom(b + c);
        const reasons = [...(place + source.length > length ? ['RangeError'] : []), ...this.#ledger.whyNotWrite(tracked)];
        if (this.#ledger.expect('number setAll', reasons, () => handle.setAll(source, place)) !== null) value.numbers.set(source, place);
      }
    }
  }

  bytes(life: Life, b: number, c: number): void {
    const known = life.tracked.filter(({ kind }) => kind === 'bytes' || kind === 'text');
    const tracked = at(b % 8 === 0 ? known : known.filter(isAlive), b >> 3);
    if (tracked === undefined) return;
    const { handle, value } = tracked;
    const length = tracked.length ?? 0;
    const content = (): Uint8Array => (tracked.kind === 'text' ? Buffer.from(value.text) : value.data).subarray(0, length);
    if (c % 2 === 0) {
      const done = this.#ledger.expect('read bytes', isAlive(tracked) ? [] : ['LifetimeViolation'], () => handle.toUint8Array() as Uint8Array);
      if (done === null) return;
      if (!Buffer.from(done.value).equals(content())) throw new Mismatch('bytes read through a view differ');
      const start = c % (content().length + 1);
      const slice = handle.slice(start).toUint8Array() as Uint8Array;
      if (!Buffer.from(slice).equals(content().subarray(start))) throw new Mismatch('a slice differs');
      return;
    }
    const source = POOL.subarray(c % 1000, (c % 1000) + (c % (length + 1)));
    const place = c % (length - source.length + 1);
    const reasons = tracked.kind === 'text' ? ['LifetimeViolation'] : this.#ledger.whyNotWrite(tracked);
    if (this.#ledger.expect('write bytes', reasons, () => handle.set(source, place)) === null) return;
    value.data = value.data.slice();
    value.data.set(source, place);
  }

  drop(life: Life, b: number): void {
    const tracked = this.#ledger.handle(life, b);
    if (tracked === undefined) return;
    const { value } = tracked;
    const reasons = isAlive(tracked) && tracked.kind === 'owned' ? [] : ['LifetimeViolation'];
    if (this.#ledger.expect('drop', reasons, () => tracked.handle.drop()) === null) return;
    this.#ledger.disown(life, value);
    if (value.lent > 0) life.dropped.add(value);
    else life.charged -= value.total;
  }
}
