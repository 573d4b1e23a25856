/**
 * Runs commands on the heap and on the model, and compares what they say: each command's outcome at once, and every so often all contents, charges, the census, and what the audit finds.
 */
import { HOST_ID, inTransit } from '../../dist/abi/domain-id.js';
import { RAW_TYPE } from '../../dist/abi/heap-layout.js';
import { handles } from '../../dist/shared-heap/handles/handle.js';
import { CallCommands } from './call-commands.js';
import { type Command, WHAT, type What } from './commands.js';
import { Crew, QUOTA } from './crew.js';
import { isAlive, Ledger, type Life, Mismatch } from './ledger.js';
import type { Tracked, Value } from './model.js';
import { Service } from './service.js';
import { ValueCommands } from './value-commands.js';
import { World } from './world.js';

const HEAP_BYTES = 64 * 2 ** 20;
const STEPS_BETWEEN_AUDITS = 250;

export class Machine {
  readonly world: World;
  readonly #ledger = new Ledger();
  readonly #values = new ValueCommands(this.#ledger);
  readonly #crew: Crew;
  readonly #calls: CallCommands;
  #steps = 0;

  constructor(paranoid: boolean) {
    this.world = new World(HEAP_BYTES, paranoid);
    this.#crew = new Crew(this.world, (life) => service.methodsOf(life));
    this.#calls = new CallCommands(this.#ledger, this.world, this.#crew);
    const service = new Service(this.#ledger, this.world, this.#crew, this.#calls);
    this.#crew.assemble();
  }

  /** How often each thing was done, and how often it was refused. */
  get tally(): ReadonlyMap<string, number> {
    return this.#ledger.tally;
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

  #do(what: What, [, a, b, c]: Command): void {
    const life = this.#crew.life(a);
    switch (what) {
      case 'alloc node':
        return this.#values.allocNode(life, a, b, c);
      case 'alloc container':
        return this.#values.allocContainer(life, b, c);
      case 'read':
        return this.#values.read(life, b, c);
      case 'write':
        return this.#values.write(life, b, c);
      case 'assign child':
        return this.#values.assignChild(life, a, b, c);
      case 'take child':
        return this.#values.takeChild(life, b, c);
      case 'ring':
        return this.#values.ring(life, a, b, c);
      case 'grid':
        return this.#values.grid(life, a, b, c);
      case 'numbers':
        return this.#values.numbers(life, b, c);
      case 'bytes':
        return this.#values.bytes(life, b, c);
      case 'drop':
        return this.#values.drop(life, b);
      case 'send':
        return this.#calls.send(life, a, b, c);
      case 'serve':
        return this.#calls.serve(b);
      case 'settle':
        return this.#calls.settle(b);
      case 'give up':
        return this.#calls.giveUp(b);
      case 'move':
        return this.#move(life, b, c);
      case 'die':
        return this.#die(b);
      case 'quota':
        return this.#setQuota(life, b, c);
    }
  }

  #setQuota(life: Life, b: number, c: number): void {
    life.quota = b % 3 === 0 ? life.charged + (c % 300) : QUOTA;
    this.world.setQuota(life.member, life.quota);
    this.#ledger.count('quota');
  }

  /** A move without a call: the two stores that a call makes of it. */
  #move(life: Life, b: number, c: number): void {
    const to = this.#crew.life(c);
    const tracked = this.#ledger.handle(life, b);
    if (to === life || tracked === undefined || !isAlive(tracked) || tracked.kind !== 'owned' || tracked.value.lent > 0) return;
    const { value } = tracked;
    const { total } = value;
    if (to.charged + total > to.quota) return;
    const block = handles.blockToMove(tracked.handle);
    handles.consume(tracked.handle);
    life.member.heap.ownership.send(block, inTransit(0));
    life.member.heap.arena.charge(-total);
    to.member.heap.receive(block);
    this.#ledger.disown(life, value);
    life.charged -= total;
    to.charged += total;
    this.#ledger.own(to, value, handles.owned(to.member.heap, to.types[value.kind], block));
    this.#ledger.count('move');
  }

  #die(choice: number): void {
    if (choice % 8 === 0) this.#calls.kill(this.#crew.domain(choice >> 3));
  }

  /** Compares everything: charges, contents, census, and what the audit finds. */
  audit(): void {
    if (this.#calls.broken !== null) throw this.#calls.broken;
    for (const call of [...this.#calls.open.values()]) if (call.state !== 'sent') this.#calls.settleCall(call);
    this.world.tick();
    for (const life of this.#crew.lives) {
      this.#ledger.same(`granules charged to ${life.member.id}`, life.member.heap.arena.charged, life.charged);
      for (const root of life.roots) {
        this.#ledger.compareTree(root.owned as Tracked);
        this.#ledger.same('whether a root is lent', handles.isLent((root.owned as Tracked).handle), root.lent > 0);
      }
    }
    const findings = this.world.findings();
    if (findings.length > 0) throw new Mismatch(`the audit finds ${findings.slice(0, 5).join('; ')}`);
    this.#compareCensus();
    this.#ledger.count('audit');
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
        const type = this.#crew.host.types[value.kind].index;
        types.set(type, (types.get(type) ?? 0) + 1);
        if (value.rawBlocks > 0) types.set(RAW_TYPE, (types.get(RAW_TYPE) ?? 0) + value.rawBlocks);
      }
    };
    for (const life of this.#crew.lives) for (const root of [...life.roots, ...life.dropped]) add(life.member.id, root);
    for (const call of this.#calls.open.values()) if (call.moved !== null) add(-1, call.moved.value);
    this.#ledger.same('owners in the census', describeCounts(census.byOwner), describeCounts(owners));
    this.#ledger.same(
      'types in the census',
      describeTypes(census.byType, ({ blocks }) => blocks),
      describeTypes(types, (blocks) => blocks),
    );
  }

  /** Ends everything: no call is left, everything is dropped or dies with its owner, and the heap is as new. */
  finish(): void {
    this.audit();
    // Serving one may end others: a script kills.
    for (let call = this.#calls.nextSent(); call !== undefined; call = this.#calls.nextSent()) this.#calls.serveCall(call);
    this.audit();
    for (const root of [...this.#crew.host.roots]) (root.owned as Tracked).handle.drop();
    for (const life of [...this.#crew.lives]) if (life !== this.#crew.host) this.world.bury(life.member);
    this.world.tick();
    const findings = this.world.findings();
    if (findings.length > 0) throw new Mismatch(`at the end the audit finds ${findings.slice(0, 5).join('; ')}`);
    const { total, pagesInUse } = this.world.census();
    this.#ledger.same('blocks at the end', total.blocks, 0);
    this.#ledger.same('pages at the end', pagesInUse, 0);
  }
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
