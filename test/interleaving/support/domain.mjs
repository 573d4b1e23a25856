/** One domain of the small world as its own thread plays it: what it owns, what it has sent, what it does with what it gets. */
import { ACTOR_NAMES } from './board.mjs';

/** What is added to the mark of a value for that of the answer. */
const ANSWER = 1_000_000;

export class Domain {
  constructor(world, actor) {
    const { build } = world;
    this.world = world;
    this.name = ACTOR_NAMES[actor];
    Object.assign(this, world.makeMember(actor));
    // Built once: what a type is does not change from one execution to the next.
    const known = (world.typesOf[actor] ??= {
      tree: this.registry.byToken(world.tokens.Tree),
      wide: this.registry.byToken(world.tokens.Wide),
      methods: world.methods(this.registry),
    });
    this.tree = known.tree;
    this.wide = known.wide;
    /** Everything that this domain owns a handle of, by its mark. */
    this.owned = new Map();
    /** Marks of what is wide. */
    this.wides = new Set();
    /** How many trees it has allocated. */
    this.made = 0;
    /** Calls that it has sent and not taken the outcome of. */
    this.sent = [];
    this.PendingCall = build.PendingCall;
    const keep = (value) => {
      this.#put(value.mark, value);
      return 1;
    };
    const keepWide = (value) => {
      this.wides.add(this.#put(value.mark, value));
      return 1;
    };
    const swap = (value) => {
      let answer = value;
      try {
        answer = this.heap.alloc(this.tree, { mark: value.mark + ANSWER, left: null, right: null, pad: null });
        this.made++;
        this.#put(value.mark, value);
      } catch (error) {
        // Without room it answers with what it got; any other exception ends it.
        if (error?.name !== 'ResourceExhausted') throw error;
      }
      return answer;
    };
    this.methods = known.methods;
    const functions = { keep, keepWide, look: (tree) => tree.mark, swap };
    this.endpoint.callee.exports.push({ methods: this.methods, functions: this.methods.map(({ name }) => functions[name]), receiver: null });
  }

  /** Keeps a value under its mark, or under another where that one is in use. Answers under which. */
  #put(mark, value) {
    let free = mark;
    while (this.owned.has(free)) free += 10 * ANSWER;
    this.owned.set(free, value);
    return free;
  }

  /** A tree of this domain's own, kept under its mark. */
  make(mark, left = null, right = null) {
    const handle = this.heap.alloc(this.tree, { mark, left, right, pad: null });
    this.made++;
    this.owned.set(mark, handle);
    return handle;
  }

  /** A tree above two that this domain owns. */
  makeRoot(mark, left, right) {
    this.make(mark, left === null ? null : this.owned.get(left), right === null ? null : this.owned.get(right));
    this.owned.delete(left);
    this.owned.delete(right);
  }

  /** Puts what is kept under `child` in the place of the root's left child, which is dropped. */
  attach(root, child) {
    this.owned.get(root).left = this.owned.get(child);
    this.owned.delete(child);
  }

  detach(root, child) {
    this.owned.set(child, this.owned.get(root).take('left'));
  }

  makeWide(mark) {
    const handle = this.heap.alloc(this.wide, { mark, pad: null });
    this.wides.add(mark);
    this.owned.set(mark, handle);
    return handle;
  }

  isTree(mark) {
    return this.owned.get(mark) instanceof Object && 'left' in this.owned.get(mark);
  }

  drop(mark) {
    const handle = this.owned.get(mark);
    this.owned.delete(mark);
    try {
      handle.drop();
    } catch (error) {
      // What an exception kept from being dropped is this domain's still.
      if (!(error instanceof this.world.build.seam.Killed)) this.owned.set(mark, handle);
      throw error;
    }
  }

  /** Sends what is kept under `mark` to another domain. What comes of it is taken later. */
  send(method, actor, mark) {
    const id = this.world.ids[actor];
    const runtime = this.methods.find(({ name }) => name === method);
    const target = { label: ACTOR_NAMES[actor], exported: 0, binding: null, resolve: () => id };
    const call = this.endpoint.caller.send(target, runtime, [this.owned.get(mark)], Number.POSITIVE_INFINITY);
    if (!(call instanceof this.PendingCall)) return;
    this.sent.push({ call, mark, lends: method === 'look' });
    if (method !== 'look') this.owned.delete(mark);
  }

  /** Moves what is kept under each mark to another domain. */
  give(actor, ...marks) {
    for (const mark of marks) this.send(this.wides.has(mark) ? 'keepWide' : 'keep', actor, mark);
  }

  serve() {
    while (this.endpoint.serveAll() > 0);
  }

  /** Takes the outcome of every call that has one. */
  collect() {
    for (const entry of [...this.sent]) {
      if (!this.endpoint.caller.isSettled(entry.call)) continue;
      const result = this.endpoint.caller.outcomes.take(entry.call);
      this.sent.splice(this.sent.indexOf(entry), 1);
      if (!result.ok && !result.error.started && !entry.lends) this.owned.set(entry.mark, entry.call.moved[0]);
      if (result.ok && typeof result.value === 'object') this.#put(entry.mark + ANSWER, result.value);
    }
    this.endpoint.caller.outcomes.sweep();
  }

  giveUp() {
    for (const { call } of this.sent) this.endpoint.caller.giveUp(call, 'Cancelled');
  }

  dropAll() {
    for (const mark of [...this.owned.keys()]) this.drop(mark);
  }

  /** As an allocation does it that finds no room: within an operation. */
  sweep() {
    this.heap.operation.begin();
    this.heap.arena.sweep();
    this.heap.operation.end();
  }

  /** Whether what this thread alone knows agrees with the shared words: its free lists, its handles. */
  check() {
    for (const { invariant, detail } of this.heap.check()) this.world.build.seam.note('audit', `${invariant}: ${detail}`);
  }

  /** Its part is over: what others gave back is taken in, and every page that holds nothing is given up. */
  end() {
    this.collect();
    this.sweep();
    this.check();
    if (this.owned.size + this.sent.length > 0) this.world.build.seam.note('error', `${this.owned.size} values and ${this.sent.length} calls are left`);
  }
}
