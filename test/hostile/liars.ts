/** What the tests of hostile answers share: a kernel with a liar, its victim, and a host that is both asked and asking. */
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type Limits, RRefArray, RRefDeque, RRefVec, type RRef } from 'deciduous';
import { expect } from 'vitest';
import type { Any } from '../fixtures/extensions/answers/any.js';
import { CONSTRUCTS, sink } from '../fixtures/extensions/answers/constructs.js';
import { release, show } from '../fixtures/extensions/answers/show.js';
import type { World } from '../fixtures/extensions/answers/world.js';
import { Answers, Drain, Leaf, Liar, Other, ShapeType, Sink, Takes } from '../fixtures/extensions/generated/answers.js';
import { leafOf } from '../semantics/lab.js';

const Grid = RRefArray(Leaf, 2);
const Ring = RRefDeque(Leaf, 2);
const Vec = RRefVec('u16');

export class Liars {
  readonly kernel: KernelHandle;
  readonly domain: DomainHandle;
  readonly victim: DomainHandle;
  readonly crashes: Epitaph[];
  /** Untyped: what a test passes is what the types forbid. */
  readonly answers: Any;
  readonly liar: Liar;
  readonly takes: Any;
  /** Lent in each call that lends. */
  readonly lent: RRef<Leaf>;

  private constructor(kernel: KernelHandle, domain: DomainHandle, victim: DomainHandle, crashes: Epitaph[]) {
    this.kernel = kernel;
    this.domain = domain;
    this.victim = victim;
    this.crashes = crashes;
    this.answers = domain.get(Answers);
    this.liar = domain.get(Liar);
    this.takes = victim.get(Takes);
    this.lent = kernel.heap.alloc(Leaf, { n: 1, text: 'leaf', next: null });
  }

  static async gather(checks: 'fast' | 'paranoid', limits: Partial<Limits> = {}): Promise<Liars> {
    const kernel = await boot({ spares: 2, checks });
    const crashes: Epitaph[] = [];
    kernel.on('crash', (epitaph) => crashes.push(epitaph));
    const victim = await kernel.load(await leafOf('answers/victim.ts'), { name: 'victim', limits: { timeSliceMs: 20_000 } });
    const domain = await kernel.load(await leafOf('answers/liar.ts'), {
      name: 'liar',
      grant: {
        sink: kernel.provide(Sink, sink()),
        spare: kernel.provide(Sink, sink()),
        drain: kernel.provide(Drain, sink()),
        victim: victim.get(Takes),
        host: kernel.provide(Takes, hostTakes()),
      },
      restart: { when: 'on-crash', intensity: 1000, periodMs: 1000, rebind: true },
      limits: { timeSliceMs: 20_000, ...limits },
    });
    return new Liars(kernel, domain, victim, crashes);
  }

  /** Whatever was tried: the borrows have ended, what was not answered has been dropped, and the neighbour answers. */
  async nothingIsLeft(): Promise<void> {
    expect(this.liar.keep(this.lent)).toMatchObject({ ok: true });
    expect(this.takes.byte(7)).toEqual({ ok: true, value: '7' });
    expect(show(this.lent)).toBe('Leaf(1 "leaf" null)');
    this.lent.n = 2;
    this.lent.n = 1;
    await expect.poll(() => this.kernel.audit()).toEqual([]);
    // An attack may have begun a call that nobody waits for.
    await expect
      .poll(async () => ({ ...(await this.kernel.stats()).heap.byOwner, '(being freed)': undefined }))
      .toEqual({ host: { blocks: 2, bytes: expect.any(Number) } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lent.drop();
    await this.domain.unload();
    await this.victim.unload();
    expect(await this.kernel.audit()).toEqual([]);
    expect((await this.kernel.stats()).heap.byOwner).toEqual({});
    await this.kernel.close();
  }
}

/** The host as the one who is asked. */
function hostTakes(): Any {
  const takes: Any = { lent: (leaf: Any) => show(leaf), lentAndMoved: () => '' };
  for (const { name } of CONSTRUCTS) {
    takes[name] = (value: Any) => {
      const text = show(value);
      release(value);
      return text;
    };
  }
  return takes;
}

/** Attacks that a host makes: it is trusted, and mistaken. */
export class HostWorld implements World {
  readonly #kernel: KernelHandle;
  readonly #made: Any[] = [];
  readonly #takes: Any;
  readonly #proxy: Any;
  readonly #drain: Any;
  readonly #dropped: Any;

  constructor({ kernel, takes }: Liars) {
    this.#kernel = kernel;
    this.#takes = takes;
    this.#proxy = kernel.provide(Sink, sink());
    this.#drain = kernel.provide(Drain, sink());
    this.#dropped = kernel.provide(Sink, sink());
    this.#dropped.drop();
  }

  #mine(handle: Any): Any {
    this.#made.push(handle);
    return handle;
  }

  leaf(n = 1, next: Any = null): Any {
    return this.#mine(this.#kernel.heap.alloc(Leaf, { n, text: 'leaf', next }));
  }
  other(): Any {
    return this.#mine(this.#kernel.heap.alloc(Other, { n: 8, text: 'other' }));
  }
  form(shape: Any = { tag: 'Circle', value: 2 }): Any {
    return this.#mine(this.#kernel.heap.alloc(ShapeType, shape));
  }
  grid(children: Any = [this.leaf()]): Any {
    return this.#mine(this.#kernel.heap.alloc(Grid, children));
  }
  ring(children: Any = [this.leaf()]): Any {
    return this.#mine(this.#kernel.heap.alloc(Ring, children));
  }
  vec(values: Any = [1, 2, 3]): Any {
    return this.#mine(this.#kernel.heap.alloc(Vec, values));
  }
  proxy(): Any {
    return this.#proxy;
  }
  drain(): Any {
    return this.#drain;
  }
  droppedProxy(): Any {
    return this.#dropped;
  }
  revokedSink(): Any {
    const revoked = sink();
    this.#takes.sink(revoked);
    this.#kernel.revoke(revoked);
    return revoked;
  }
  lent(): Any {
    return null;
  }
  kept(): Any {
    return null;
  }
  lend(leaf: Any): void {
    void this.#takes.async.lent(leaf);
  }
  ran(): void {}
  tidy(): void {
    for (const handle of this.#made.splice(0)) handle[Symbol.dispose]();
  }
}
