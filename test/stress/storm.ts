/** What rages over the four domains of the stress test: clients on the host, whose choices come from a seed, and somebody who kills. */
import assert from 'node:assert/strict';
import { type DomainHandle, type KernelHandle, type RRef, type RpcResult, unwrap } from 'deciduous';
import { Parcel, Worker } from '../fixtures/stress/generated/stress.js';
import { parcelFrom, random, sumOf } from '../fixtures/stress/parcel.js';

/** Loops on the host that each have one call under way. */
const CLIENTS = 6;
const DEADLINE_MS = 150;

/** What a call may end with when domains are killed, full of calls, short of quota or waiting for each other. */
const EXPECTED = ['DomainCrashed', 'DomainDead', 'Overloaded', 'Deadlock', 'ResourceExhausted', 'Cancelled', 'TimedOut'];

/** The answer of a domain that nobody kills any more. Of its last death the host may not have heard yet: then its next life is asked. */
export async function answerOf<T>(domain: DomainHandle, call: () => Promise<RpcResult<T>>): Promise<T> {
  for (;;) {
    await domain.ready();
    const outcome = await call();
    if (outcome.ok || !['DomainCrashed', 'DomainDead'].includes(outcome.error.code)) return unwrap(outcome);
  }
}

export class Storm {
  readonly #kernel: KernelHandle;
  readonly #domains: DomainHandle[];
  readonly #workers: Worker[];
  readonly #draw: () => number;
  readonly #kept: RRef<Parcel>[] = [];
  readonly outcomes = new Map<string, number>();
  calls = 0;
  /** Operations that domains did in `churn`. */
  inner = 0;
  kills = 0;
  #isOver = false;

  constructor(kernel: KernelHandle, domains: DomainHandle[], seed: number) {
    this.#draw = random(seed);
    this.#kernel = kernel;
    this.#domains = domains;
    this.#workers = domains.map((domain) => domain.get(Worker));
  }

  async introduce(index: number): Promise<void> {
    const [first, second, third, fourth] = this.#workers;
    this.#note(await this.#workers[index].async.meet(index, first, second, third, fourth));
  }

  async rage(milliseconds: number): Promise<void> {
    this.#isOver = false;
    const over = setTimeout(() => (this.#isOver = true), milliseconds);
    await Promise.all([...Array.from({ length: CLIENTS }, () => this.#client()), this.#killer()]);
    clearTimeout(over);
  }

  /** Afterwards nobody has anything. */
  async calm(): Promise<void> {
    for (const parcel of this.#kept.splice(0)) parcel.drop();
    // Twice: what one settles it may have given to another that was settled before.
    for (let round = 0; round < 3; round++) {
      for (const [index, worker] of this.#workers.entries()) await answerOf(this.#domains[index], () => worker.async.settle());
    }
  }

  #note(outcome: RpcResult<unknown>): boolean {
    const what = outcome.ok ? 'ok' : outcome.error.code;
    if (!outcome.ok && !EXPECTED.includes(what)) throw outcome.error;
    this.outcomes.set(what, (this.outcomes.get(what) ?? 0) + 1);
    this.calls++;
    return outcome.ok;
  }

  async #killer(): Promise<void> {
    while (!this.#isOver) {
      await new Promise((resolve) => setTimeout(resolve, 5 + this.#draw() ** 2 * 700));
      const index = Math.floor(this.#draw() * this.#workers.length);
      if (!this.#domains[index].isLive) continue;
      this.kills++;
      if (this.#draw() < 0.2) this.#note(await this.#workers[index].async.die());
      else await this.#domains[index].kill();
    }
  }

  async #client(): Promise<void> {
    while (!this.#isOver) {
      const index = Math.floor(this.#draw() * this.#workers.length);
      const isDead = !this.#domains[index].isLive;
      await this.#operate(this.#workers[index]);
      // Calls to the dead answer at once: they are not to be most of what is done. Timers and events have to run, too.
      if (isDead) await new Promise((resolve) => setTimeout(resolve, 5));
      else if (this.calls % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #operate(worker: Worker): Promise<void> {
    const how = this.#draw();
    if (how < 0.15) return this.#add(worker);
    if (how < 0.45) return this.#churn(worker);
    if (how < 0.55) return this.#give(worker);
    const parcel = this.#parcel();
    const sum = sumOf(parcel);
    if (how < 0.7) return this.#moved(parcel, sum, this.#draw() < 0.3 ? worker.keep(parcel) : await worker.async.keep(parcel));
    if (how < 0.85) return this.#echo(worker, parcel, sum);
    const signal = this.#draw() < 0.3 ? AbortSignal.timeout(1 + Math.floor(this.#draw() * 4)) : undefined;
    this.#lent(
      parcel,
      sum,
      this.#draw() < 0.2 ? worker.read(parcel) : await worker.async.readSlowly(parcel, Math.floor(this.#draw() * 6), signal === undefined ? {} : { signal }),
    );
  }

  #parcel(): RRef<Parcel> {
    const known = this.#draw() < 0.5 ? this.#kept.pop() : undefined;
    return known ?? this.#kernel.heap.alloc(Parcel, parcelFrom(this.#draw));
  }

  #keep(parcel: RRef<Parcel>): void {
    if (this.#kept.length < 50) this.#kept.push(parcel);
    else parcel.drop();
  }

  async #add(worker: Worker): Promise<void> {
    const one = Math.floor(this.#draw() * 2 ** 32);
    const outcome = this.#draw() < 0.5 ? worker.add(one, 77) : await worker.async.add(one, 77);
    if (this.#note(outcome) && outcome.ok) assert.equal(outcome.value, (one + 77) >>> 0);
  }

  async #churn(worker: Worker): Promise<void> {
    const rounds = 50 + Math.floor(this.#draw() * 300);
    const seed = Math.floor(this.#draw() * 2 ** 32);
    // Two domains that call each other at once wait until their deadlines.
    if (this.#note(await worker.async.churn(seed, rounds, { timeoutMs: DEADLINE_MS }))) this.inner += rounds;
  }

  async #give(worker: Worker): Promise<void> {
    const outcome = await worker.async.give();
    if (!this.#note(outcome) || !outcome.ok || outcome.value === null) return;
    sumOf(outcome.value);
    this.#keep(outcome.value);
  }

  #moved(parcel: RRef<Parcel>, sum: number, outcome: RpcResult<number>): void {
    this.#note(outcome);
    if (outcome.ok) assert.equal(outcome.value, sum);
    else if (!outcome.error.started) this.#isWhole(parcel, sum);
    else assert.throws(() => parcel.seed, /sent or dropped/);
  }

  async #echo(worker: Worker, parcel: RRef<Parcel>, sum: number): Promise<void> {
    const outcome = await worker.async.echo(parcel);
    this.#note(outcome);
    if (outcome.ok) this.#isWhole(outcome.value, sum);
    else if (!outcome.error.started) this.#isWhole(parcel, sum);
  }

  #lent(parcel: RRef<Parcel>, sum: number, outcome: RpcResult<number>): void {
    this.#note(outcome);
    if (outcome.ok) assert.equal(outcome.value, sum);
    assert.equal(sumOf(parcel), sum);
    // While a call that was given up still borrows it, the drop waits.
    if (outcome.ok) this.#keep(parcel);
    else parcel.drop();
  }

  #isWhole(parcel: RRef<Parcel>, sum: number): void {
    assert.equal(sumOf(parcel), sum);
    this.#keep(parcel);
  }
}
