/** Commands on calls: send, serve, settle, give up, kill. What a call carries meanwhile belongs to the model, too. */
import type { PendingCall } from '../../dist/proxy/pending-call.js';
import type { Crew } from './crew.js';
import { at, isAlive, type Ledger, type Life, Mismatch } from './ledger.js';
import type { Kind, Tracked, Value } from './model.js';
import type { Member, World } from './world.js';

const MOST_CALLS = 8;
export const KEEP: { readonly [kind in Kind]: string } = { node: 'keep', ring: 'keepRing', grid: 'keepGrid', numbers: 'keepNumbers' };

export interface Call {
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

export class CallCommands {
  /** Calls whose outcome has not been taken. */
  readonly open = new Map<number, Call>();
  /** Given up while they ran: their borrows go on until the callee has ended them. */
  readonly lingering: Call[] = [];
  /** What a served method found wrong: it must not pass for a panic of the method. */
  broken: Error | null = null;
  readonly #ledger: Ledger;
  readonly #world: World;
  readonly #crew: Crew;
  #nextCall = 1;

  constructor(ledger: Ledger, world: World, crew: Crew) {
    this.#ledger = ledger;
    this.#world = world;
    this.#crew = crew;
  }

  send(life: Life, a: number, b: number, c: number): void {
    if (this.open.size >= MOST_CALLS) return this.serve(b);
    const how = (a >> 2) % 8;
    const isLend = how < 3;
    const tracked = isLend
      ? this.#ledger.handle(life, b, b % 5 === 0 ? 'any' : b % 5 === 1 ? 'ring' : 'node')
      : this.#ledger.root(life, b, how < 5 ? 'any' : 'node');
    if (how < 5 && tracked === undefined) return;
    const to = this.#crew.life(c);
    if (how === 7 && this.#crew.graves.length > 0) return this.#sendToDead(life, this.#crew.graves[c % this.#crew.graves.length], tracked);
    let method = how < 7 ? 'swap' : 'give';
    if (how < 5 && tracked !== undefined) method = isLend ? (tracked.value.kind === 'ring' ? 'lookRing' : 'look') : KEEP[tracked.value.kind];
    if (method === 'swap' && tracked === undefined) method = 'give';
    const argument = method === 'give' ? undefined : tracked;
    this.call(life, to, method, argument, c);
  }

  /** Sends a call. Answers it, or null where it was refused at once. */
  call(life: Life, to: Life, method: string, argument: Tracked | undefined, script: number): Call | null {
    const isLend = method.startsWith('look');
    const reasons: string[] = [];
    if (to === life) return null;
    if (argument !== undefined) {
      if (isLend && argument.value.kind !== (method === 'look' ? 'node' : 'ring')) reasons.push('InvalidType');
      if (isLend && !isAlive(argument)) reasons.push('LifetimeViolation');
      if (!isLend) reasons.push(...this.#ledger.whyNotMove(argument, argument.value.kind));
    }
    const id = this.#nextCall++;
    const { caller } = life.member.endpoint;
    const args = argument === undefined ? [id] : [id, argument.handle];
    const sent = caller.send(to.member.target, this.#world.method(life.member, method), args, Number.POSITIVE_INFINITY);
    if (!('record' in sent)) {
      const { code } = sent.error;
      if (!reasons.includes(code))
        throw new Mismatch(`${method} was refused with ${code} (${sent.error.message}); expected ${reasons.join(' or ') || 'success'}`);
      this.#ledger.count(`${method}: ${code}`);
      return null;
    }
    if (reasons.length > 0) throw new Mismatch(`${method} was sent; expected ${reasons.join(' or ')}`);
    this.#ledger.count(method);
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
    if (moved !== null) this.#ledger.disown(life, moved.value);
    if (call.lent !== null) call.lent.value.root.lent++;
    this.open.set(id, call);
    return call;
  }

  #sendToDead(life: Life, dead: Member, argument: Tracked | undefined): void {
    if (argument === undefined || this.#ledger.whyNotMove(argument, 'node').length > 0) return;
    const sent = life.member.endpoint.caller.send(dead.target, this.#world.method(life.member, 'keep'), [0, argument.handle], Number.POSITIVE_INFINITY);
    if ('record' in sent || sent.error.code !== 'DomainDead' || sent.error.started)
      throw new Mismatch('a call to a dead domain was not refused with DomainDead');
    this.#ledger.count('call to a dead domain');
    this.#ledger.readNode(life, argument, 1);
  }

  serve(choice: number): void {
    const waiting = [...this.open.values()].filter(({ state }) => state === 'sent');
    const call = at(waiting, choice);
    if (call !== undefined) this.serveCall(call);
  }

  nextSent(): Call | undefined {
    return [...this.open.values()].find(({ state }) => state === 'sent');
  }

  serveCall(call: Call): void {
    const { endpoint } = call.callee.member;
    const isRefused = call.granules > 0 && call.callee.charged + call.granules > call.callee.quota;
    if (isRefused) {
      call.state = 'refused';
      call.code = 'ResourceExhausted';
      this.#ledger.count('refused for the quota');
    }
    if (!endpoint.space.unpost(call.sent.record)) throw new Mismatch('a sent call was not posted');
    endpoint.callee.serve(call.sent.record);
    if (this.broken !== null) throw this.broken;
    if (!isRefused && call.state === 'sent') throw new Mismatch(`${call.method} was not served`);
    // The borrow of a call that was given up ends when its caller looks.
    for (const ended of this.lingering.splice(0)) {
      const { outcomes } = ended.caller.member.endpoint.caller;
      outcomes.sweep();
      this.#ledger.same('calls that linger', outcomes.lingering, 0);
      this.unlend(ended);
    }
    this.#world.tick();
  }

  giveUp(choice: number): void {
    const call = at([...this.open.values()], choice);
    if (call === undefined) return;
    const done = call.caller.member.endpoint.caller.giveUp(call.sent, 'Cancelled');
    this.#ledger.same('whether a call could be given up', done, call.state === 'sent');
    if (!done) return;
    call.state = 'refused';
    call.code = 'Cancelled';
    this.#ledger.count('give up');
    this.settleCall(call);
  }

  settle(choice: number): void {
    const call = at(
      [...this.open.values()].filter(({ state }) => state !== 'sent'),
      choice,
    );
    if (call !== undefined) this.settleCall(call);
  }

  settleCall(call: Call): void {
    const { caller: life } = call;
    this.open.delete(call.id);
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
        this.#ledger.compareTree(call.moved);
      }
    } else if (call.result === null) {
      if (!outcome.ok) throw new Mismatch(`${call.method} ended with ${outcome.error.code} (${outcome.error.message})`);
      this.#ledger.same('the answer', outcome.value, call.method === 'give' || call.method === 'swap' ? null : call.answer);
      life.charged -= call.granules;
    } else this.#takeResult(call, outcome);
    this.unlend(call);
  }

  #takeResult(call: Call, outcome: { ok: boolean; value: any; error: { code: string } }): void {
    const { caller: life, result } = call;
    const granules = (result as Value).total;
    if (life.charged + granules - call.granules > life.quota) {
      if (outcome.ok || outcome.error.code !== 'ResourceExhausted') throw new Mismatch('a result beyond the quota was taken');
      this.#ledger.count('result beyond the quota');
    } else {
      if (!outcome.ok) throw new Mismatch(`${call.method} ended with ${outcome.error.code}`);
      this.#ledger.own(life, result as Value, outcome.value);
      life.charged += granules;
      this.#ledger.compareTree((result as Value).owned as unknown as Tracked);
    }
    life.charged -= call.granules;
  }

  unlend(call: Call): void {
    if (call.lent === null) return;
    const { root } = call.lent.value;
    root.lent--;
    if (root.lent === 0 && call.caller.dropped.delete(root)) call.caller.charged -= root.total;
  }

  kill(life: Life): void {
    this.#ledger.count('death');
    this.#world.bury(life.member);
    for (const call of [...this.open.values()]) {
      if (call.caller === life) this.open.delete(call.id);
      else if (call.callee === life && call.state === 'sent') {
        call.state = 'refused';
        call.code = 'DomainCrashed';
      }
    }
    this.#crew.replace(life);
  }
}
