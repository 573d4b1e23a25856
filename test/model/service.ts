/**
 * The methods that every life serves. `look` is the interesting one: while a value is lent, borrower and owner try what they may not, or the owner drops it, gives the call up, dies, or the
 * borrower lends it on.
 */
import type { Call, CallCommands } from './call-commands.js';
import { KEEP } from './call-commands.js';
import type { Crew } from './crew.js';
import { at, type Ledger, type Life, Mismatch } from './ledger.js';
import type { Tracked, Value } from './model.js';
import type { World } from './world.js';

export class Service {
  readonly #ledger: Ledger;
  readonly #world: World;
  readonly #crew: Crew;
  readonly #calls: CallCommands;

  constructor(ledger: Ledger, world: World, crew: Crew, calls: CallCommands) {
    this.#ledger = ledger;
    this.#world = world;
    this.#crew = crew;
    this.#calls = calls;
  }

  /** What a life provides. */
  methodsOf(life: Life): { [name: string]: (...args: never[]) => unknown } {
    const keep = (id: number, handle: unknown): number => this.#serveKeep(life, id, handle);
    const look = (id: number, handle: unknown): number => this.#serveLook(life, id, handle);
    return {
      keep,
      keepRing: keep,
      keepGrid: keep,
      keepNumbers: keep,
      look,
      lookRing: look,
      give: (id: number) => this.#serveGive(life, id),
      swap: (id: number, handle: unknown) => this.#serveSwap(life, id, handle),
    };
  }

  #called(life: Life, id: number): Call {
    const call = this.#calls.open.get(id);
    if (call === undefined || call.callee !== life || call.state !== 'sent') throw new Mismatch('a call was served that should not have been');
    call.state = 'running';
    return call;
  }

  #arrived(life: Life, call: Call, handle: unknown): Value {
    const { value } = call.moved as Tracked;
    this.#ledger.own(life, value, handle);
    life.charged += call.granules;
    return value;
  }

  #serveKeep(life: Life, id: number, handle: unknown): number {
    return this.#checked(() => {
      const call = this.#called(life, id);
      const value = this.#arrived(life, call, handle);
      this.#ledger.compareTree(value.owned as unknown as Tracked);
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
    this.#ledger.disown(life, value);
    life.charged -= value.total;
    call.result = value;
    return handle;
  }

  /** A mismatch inside a served method must not pass for a panic of the method. */
  #checked<T>(serve: () => T): T {
    try {
      return serve();
    } catch (error) {
      this.#calls.broken ??= error as Error;
      throw error;
    }
  }

  #serveLook(life: Life, id: number, handle: any): number {
    return this.#checked(() => {
      const call = this.#called(life, id);
      const { value } = call.lent as Tracked;
      const { root } = value;
      const lent: Tracked = { handle, value, kind: 'view', owner: null, hasEnded: false };
      this.#ledger.compareTree(lent);
      const owner = call.caller;
      this.#ledger.count(`while lent: ${call.script % 7}`);
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
            this.#ledger.disown(owner, root);
            owner.dropped.add(root);
          }
          break;
        case 3:
          if (owner !== this.#crew.host) this.#calls.kill(owner);
          break;
        case 4:
          this.#abandon(call);
          break;
        case 5: {
          const third = this.#crew.lives.find((candidate) => candidate !== life && candidate !== owner);
          if (third !== undefined) this.#lendOn(life, third, lent);
          break;
        }
        default:
      }
      this.#ledger.compareTree(lent);
      call.answer = value.flags;
      if (this.#calls.open.has(id)) call.state = 'replied';
      return value.flags;
    });
  }

  #lendOn(life: Life, third: Life, lent: Tracked): void {
    const method = lent.value.kind === 'ring' ? 'lookRing' : 'look';
    const call = this.#calls.call(life, third, method, lent, 6);
    if (call === null) throw new Mismatch('what is lent could not be lent on');
    this.#calls.serveCall(call);
    this.#calls.settleCall(call);
  }

  /** Whoever borrows may change nothing. */
  #spoilLent(life: Life, handle: any, value: Value): void {
    const refused = (what: string, act: () => unknown): void => void this.#ledger.expect(`lent: ${what}`, ['LifetimeViolation'], act);
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
    const refused = (what: string, act: () => unknown): void => void this.#ledger.expect(`while lent: ${what}`, ['LifetimeViolation'], act);
    if (root.kind === 'node') {
      refused('write flags', () => (handle.flags = 1));
      refused('take', () => handle.take('left'));
    }
    const { caller } = owner.member.endpoint;
    const sent = caller.send(this.#crew.host.member.target, this.#world.method(owner.member, KEEP[root.kind]), [0, handle], Number.POSITIVE_INFINITY);
    if ('record' in sent || sent.error.code !== 'LifetimeViolation') throw new Mismatch('what is lent could be moved');
  }

  /** The caller gives up a call that runs: it has its error, and the borrow goes on until the callee ends the call. */
  #abandon(call: Call): void {
    const { caller } = call.caller.member.endpoint;
    if (!caller.giveUp(call.sent, 'Cancelled')) throw new Mismatch('a running call could not be given up');
    const outcome = caller.outcomes.take(call.sent) as { ok: boolean; error: { code: string; started: boolean } };
    if (outcome.ok || outcome.error.code !== 'Cancelled' || !outcome.error.started) throw new Mismatch('a call that was given up has another outcome');
    this.#ledger.same('calls that linger', caller.outcomes.lingering > 0, true);
    this.#calls.open.delete(call.id);
    this.#calls.lingering.push(call);
  }
}
