import { describe, expect, it } from 'vitest';
import type { Epitaph } from 'deciduous';
import { DEATHS, errorOf, extension, Holder, Lab, leafOf, Note, Relay, valueOf, World } from './lab.js';

const BY_EACH = DEATHS.flatMap((death) => (['fast', 'paranoid'] as const).map((checks) => ({ ...death, checks })));

describe.each(BY_EACH)('when a domain dies by $name, with checks: $checks', (death) => {
  const { checks } = death;

  it('row 1: what it owned and nobody borrowed is dropped and freed', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab();
    expect(valueOf(await lab.async.fill(500))).toBe(500);
    await world.dieIn(death, domain, () => lab.async.die(death.way));
    expect(world.crashes[0].cause).toBe(death.cause);
    expect(world.crashes[0].reclaimed.types['lab.Note']).toBe(500);
    await world.isClean();
  });

  it('row 3: a value that it had given away survives, even if it had allocated it', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab();
    valueOf(await lab.async.fill(3));
    const note = valueOf(await lab.async.release());
    await world.dieIn(death, domain, () => lab.async.die(death.way));
    expect(note?.text).toBe('note 2');
    expect(note?.weight).toBe(2);
    if (note) note.text = "and it can be changed, because it is the host's";
    note?.drop();
    await world.isClean();
  });

  it('row 4: what a running call had moved into it is freed, and the caller gets the error', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab();
    const note = world.list(3);
    const error = errorOf(await world.dieIn(death, domain, () => lab.async.dieHolding(note, death.way)));
    expect(error).toMatchObject({ code: death.code, started: true });
    expect(() => note.text).toThrow(/sent or dropped/);
    expect(world.crashes[0].reclaimed.types['lab.Note']).toBe(3);
    await world.isClean();
  });

  it("row 5: what a call that had not begun would have moved is the caller's again", async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab();
    const note = world.list(2);
    const queued = { result: null as Awaited<ReturnType<typeof lab.async.keep>> | null };
    await world.dieIn(death, domain, async () => {
      const dying = lab.async.die(death.way);
      const waiting = lab.async.keep(note);
      queued.result = await waiting;
      return dying;
    });
    const error = errorOf(queued.result as NonNullable<typeof queued.result>);
    expect(error.started).toBe(false);
    expect(['DomainCrashed', 'DomainDead']).toContain(error.code);
    expect(note.next?.text).toBe('note 2');
    note.drop();
    await world.isClean();
  });

  it('row 6: what was lent to it is intact, the borrow has ended, and the call may be issued again', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab({ restart: { when: 'on-crash', rebind: true } });
    const note = world.list(4);
    errorOf(await world.dieIn(death, domain, () => lab.async.dieBorrowing(note, death.way)));
    expect(note.text).toBe('note 1');
    await domain.ready();
    expect(valueOf(lab.measure(note))).toBe(4);
    note.weight = 77;
    expect(note.weight).toBe(77);
    note.drop();
    await world.isClean();
  });

  it('row 7: children are dropped through their root, once', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab();
    expect(valueOf(await lab.async.keep(world.list(200)))).toBe(1);
    await world.dieIn(death, domain, () => lab.async.die(death.way));
    // 200 notes and their 200 texts.
    expect(world.crashes[0].reclaimed.blocks).toBe(400);
    await world.isClean();
  });

  it('row 12: everyone who waits in it gets DomainCrashed with the cause', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab();
    const results = await new Promise<unknown[]>((resolve, reject) => {
      void world
        .dieIn(death, domain, async () => {
          const calls = [lab.async.die(death.way), ...Array.from({ length: 20 }, () => lab.async.measure(world.list(1)))];
          const settled = await Promise.all(calls);
          resolve(settled);
          return settled[0];
        })
        .catch(reject);
    });
    const errors = results.map((result) => errorOf(result as never));
    expect(errors[0]).toMatchObject({ code: death.code, started: true });
    for (const error of errors.slice(1)) expect(error).toMatchObject({ started: false, domain: 'lab' });
    // Whoever was sent before the domain knew that it dies is told the cause; the others that it is dead.
    const told = errors.slice(1).filter((error) => error.code === 'DomainCrashed');
    for (const error of told) expect(error.cause).toBe(death.cause);
    expect(errors.slice(1).every((error) => error.code === 'DomainCrashed' || error.code === 'DomainDead')).toBe(true);
  });

  it('row 13: later calls through its proxies answer DomainDead at once and for ever, and a restart gives new proxies', async () => {
    await using world = await World.open({ checks, spares: 0 });
    const { domain, lab } = await world.lab({ restart: { when: 'on-crash' } });
    await world.dieIn(death, domain, () => lab.async.die(death.way));
    const error = errorOf(lab.measure(world.list(1)));
    expect(error).toMatchObject({ code: 'DomainDead', started: false });
    expect(error.message).toMatch(
      /it leads to one life, which has ended: take another when the program lives again, or have that loaded with restart: \{ rebind: true \}$/,
    );
    await domain.ready();
    expect(errorOf(lab.measure(world.list(1)))).toMatchObject({ code: 'DomainDead', started: false });
    expect(valueOf(domain.get(Lab).measure(world.list(5)))).toBe(5);
  });
});

async function holder(world: World): Promise<Holder> {
  return (await world.kernel.load(await leafOf('holder.ts'), { name: 'holder' })).get(Holder);
}

describe('borrows that outlive a death', () => {
  it('row 15: A calls B calls C, B dies: A has its error at once, C finishes undisturbed', async () => {
    await using world = await World.open({ spares: 2 });
    const { domain: c, lab } = await world.lab({ name: 'c' });
    await c.setLimits({ timeSliceMs: 60_000 });
    const b = await world.kernel.load(await leafOf('relay.ts'), { name: 'b', grant: { lab, holder: await holder(world) } });
    const relay = b.get(Relay);
    const passing = relay.async.work(3000);
    // The call has reached C.
    await world.works('c', 20);
    let isDone = false;
    const behind = lab.async.measure(world.list(3)).then((length) => {
      isDone = true;
      return length;
    });
    await b.kill();
    expect(errorOf(await passing)).toMatchObject({ code: 'DomainCrashed', cause: 'killed', started: true, domain: 'b' });
    // C works on, and serves nobody else meanwhile; A did not wait for that.
    expect(isDone).toBe(false);
    expect(valueOf(await behind)).toBe(3);
    await world.died(1);
    expect(valueOf(await lab.async.measure(world.list(3)))).toBe(3);
    expect(world.crashes.map((epitaph) => epitaph.domain)).toEqual(['b']);
    expect((await world.kernel.stats()).domains.find((domain) => domain.name === 'c')).toMatchObject({ state: 'live', crashes: {} });
  });

  it('row 2: what it owned and had lent to a live domain is freed when the last borrow ends', async () => {
    await using world = await World.open({ spares: 3 });
    const { lab } = await world.lab({ name: 'c' });
    const b = await world.kernel.load(await leafOf('relay.ts'), { name: 'b', grant: { lab, holder: await holder(world) } });
    const error = errorOf(await b.get(Relay).async.lendAndDie(4000));
    expect(error).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    const [epitaph] = await world.died(1);
    expect(epitaph.borrowsDeferred).toBe(1);
    expect((await world.kernel.stats()).heap.byOwner['(orphaned)']?.blocks).toBe(2);
    expect(await world.kernel.audit()).toEqual([]);
    await expect.poll(async () => (await world.kernel.stats()).heap.byOwner).toEqual({});
    await world.isClean();
  });

  it('row 2: what the dead left lent counts against the next life, until the last borrow ends, whatever its limit is changed to', async () => {
    await using world = await World.open({ spares: 3 });
    const { lab } = await world.lab({ name: 'c' });
    const b = await world.kernel.load(await leafOf('relay.ts'), {
      name: 'b',
      grant: { lab, holder: await holder(world) },
      limits: { sharedHeapBytes: 4096 },
      restart: { when: 'on-crash', intensity: 100, rebind: true },
    });
    const relay = b.get(Relay);
    const orphaned = async (): Promise<number | undefined> => (await world.kernel.stats()).domains.find(({ name }) => name === 'b')?.orphanedBytes;
    /** A life lends more than half of 4 KiB, or tries to, and dies: what its last words are. */
    const nextDeath = async (): Promise<Epitaph> => {
      const before = world.crashes.length;
      await b.ready();
      errorOf(await relay.async.lendAndDie(8000));
      return (await world.died(before + 1))[before];
    };
    expect(await nextDeath()).toMatchObject({ borrowsDeferred: 1, message: expect.stringMatching(/told to panic/) });
    const owed = (await orphaned()) as number;
    expect(owed).toBeGreaterThan(2400);
    expect(await nextDeath()).toMatchObject({ borrowsDeferred: 0, message: expect.stringMatching(/of 1\d\d\d allowed/) });
    await b.setLimits({ sharedHeapBytes: 4096 + 1024 });
    expect(await nextDeath()).toMatchObject({ borrowsDeferred: 0, message: expect.stringMatching(/of 2\d\d\d allowed/) });
    await b.setLimits({ sharedHeapBytes: 2 * 4096 });
    expect(await nextDeath()).toMatchObject({ borrowsDeferred: 1 });
    expect(await orphaned()).toBe(2 * owed);
    await b.ready();
    await b.setLimits({ sharedHeapBytes: 4096 });
    await expect.poll(orphaned).toBe(0);
    // The life that was there all the time has the whole of its limit again.
    expect(await nextDeath()).toMatchObject({ borrowsDeferred: 1, message: expect.stringMatching(/told to panic/) });
    await expect.poll(async () => (await world.kernel.stats()).heap.byOwner).toEqual({});
    await world.isClean();
  }, 120_000);

  it('row 15, lent on: what A lent to B and B to C stays borrowed until C has ended, though B is dead', async () => {
    await using world = await World.open({ spares: 3 });
    const { domain: c, lab } = await world.lab({ name: 'c' });
    await c.setLimits({ timeSliceMs: 60_000 });
    const b = await world.kernel.load(await leafOf('relay.ts'), { name: 'b', grant: { lab, holder: await holder(world) } });
    const note = world.list(2);
    // C is busy, so the note waits there, lent by B.
    const busy = lab.async.work(1500);
    const lent = b.get(Relay).async.measure(note);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await b.kill();
    expect(errorOf(await lent).code).toBe('DomainCrashed');
    await busy;
    await world.died(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    note.weight = 9;
    note.drop();
    await world.isClean();
  });
});

describe('deaths at the edges', () => {
  it('row 13: a domain that was never restarted answers DomainDead to every call, and audit is empty', async () => {
    await using world = await World.open();
    const { domain, lab } = await world.lab();
    errorOf(lab.die('Panic'));
    for (let call = 0; call < 100; call++) expect(errorOf(lab.work(1)).code).toBe('DomainDead');
    await world.died(1);
    await expect(domain.ready()).rejects.toThrow(/stays dead/);
    await world.isClean();
  });

  it('row 21: a domain that dies during init fails its load with the cause, and nothing is left', async () => {
    await using world = await World.open();
    const before = await world.kernel.stats();
    for (const [file, code, message] of [
      ['throws-at-top-level.ts', 'DomainCrashed', /top level/],
      ['throws-in-init.ts', 'DomainCrashed', /no table/],
      ['loops-at-top-level.ts', 'DomainCrashed', /hang/],
      ['loops-in-init.ts', 'DomainCrashed', /hang/],
      ['exhausts-memory-in-init.ts', 'DomainCrashed', /out-of-memory/],
      ['overflows-in-init.ts', 'DomainCrashed', /stack-overflow/],
      ['provides-nothing.ts', 'InvalidType', /lab/],
      ['lacks-a-method.ts', 'InvalidType', /measure/],
      ['wants-more.ts', 'PermissionDenied', /log/],
    ] as const) {
      const failure = await world.kernel
        .load(extension(`bad/${file}`), { name: 'bad', limits: { initSliceMs: file.startsWith('loops') ? 150 : 15_000, privateHeapBytes: 32 * 2 ** 20 } })
        .then(
          () => undefined,
          (error: Error & { code: string }) => error,
        );
      expect(failure?.code, file).toBe(code);
      expect(failure?.message, file).toMatch(message);
    }
    const after = await world.kernel.stats();
    expect(after.domains).toEqual([]);
    expect(after.heap).toEqual(before.heap);
    await world.isClean();
  });

  it('row 26: a domain that panics in a promise job dies all the same', async () => {
    await using world = await World.open();
    const { lab } = await world.lab();
    expect(valueOf(await lab.async.dieLater('Panic'))).toBe(1);
    const [epitaph] = await world.died(1);
    expect(epitaph).toMatchObject({ cause: 'panic', domain: 'lab' });
    await world.isClean();
  });

  it('row 28: a stack overflow inside an allocation is a panic that the extension cannot catch', async () => {
    await using world = await World.open();
    const { domain, lab } = await world.lab();
    await domain.setLimits({ timeSliceMs: 5000 });
    expect(errorOf(await lab.async.overflowInAlloc())).toMatchObject({ code: 'DomainCrashed', cause: 'stack-overflow', started: true });
    await world.died(1);
    await world.isClean();
  });

  it('row 29: close() with calls in flight settles them, and leaves nothing', async () => {
    const world = await World.open();
    const { domain, lab } = await world.lab();
    await domain.setLimits({ timeSliceMs: 60_000 });
    const calls = [lab.async.die('Hang'), lab.async.measure(world.list(1))];
    await new Promise((resolve) => setTimeout(resolve, 20));
    await world.kernel.close();
    for (const result of await Promise.all(calls)) expect(errorOf(result)).toMatchObject({ code: 'DomainCrashed', cause: 'killed' });
  });

  it('a host that is blocked in a call into a domain that dies gets its error', async () => {
    await using world = await World.open({ spares: 2 });
    for (const way of ['Panic', 'Hang', 'Memory', 'Overflow'] as const) {
      const { lab } = await world.lab({ name: way });
      expect(errorOf(lab.die(way))).toMatchObject({ started: true, domain: way });
    }
    await world.died(4);
    await world.isClean();
  });

  it('a wrong result is InvalidType for the caller, and the domain lives on', async () => {
    await using world = await World.open();
    const { lab } = await world.lab();
    expect(errorOf(lab.lie())).toMatchObject({ code: 'InvalidType', blame: 'callee', started: true });
    expect(valueOf(lab.measure(world.list(2)))).toBe(2);
  });

  it('a note is an RRef: its accessors answer, and the class cannot be constructed by hand', async () => {
    await using world = await World.open();
    const note = world.kernel.heap.alloc(Note, { text: 'x', weight: 1, next: null });
    expect(() => new (note.constructor as new () => unknown)()).toThrow(/made by the heap/);
    note.drop();
  });
});
