/** What a program keeps, while versions take over from each other: one owner at a time, of one type (docs/semantics.md, "Live upgrade"). */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keeperLeaf, Keeper, Reader, written } from './handing-over.js';
import { valueOf, World } from './lab.js';

const ONE = { version: 1, keeps: 'note: Note' };

let world: World;
beforeAll(async () => {
  world = await World.open({ spares: 2, checks: 'paranoid' });
});
afterAll(async () => {
  await world.kernel.close();
});

/** A borrower on the host that holds what it was lent until it is told to answer. */
function borrower(): { reader: never; lent: Promise<{ readonly text: string }>; answer: () => void } {
  let lend: (note: { readonly text: string }) => void = () => {};
  const lent = new Promise<{ readonly text: string }>((resolve) => (lend = resolve));
  let answer: (length: number) => void = () => {};
  const answered = new Promise<number>((resolve) => (answer = resolve));
  const reader = world.kernel.provide(Reader, {
    read: (note: { readonly text: string }) => {
      lend(note);
      return answered;
    },
    ready: () => {},
  });
  return { reader: reader as never, lent, answer: () => answer(1) };
}

it('what a call of the present version still lends is not handed over before that call has ended', async () => {
  const domain = await world.kernel.load(await keeperLeaf(ONE));
  const keeper = domain.get(Keeper);
  valueOf(keeper.write('kept') as never);
  const { reader, lent, answer } = borrower();
  valueOf(keeper.lend(reader) as never);
  const note = await lent;
  const two = await keeperLeaf({ version: 2, keeps: 'note: Note', init: "media.note.value.text = 'changed';" });
  await expect(domain.upgrade(two, { drainMs: 50 })).rejects.toMatchObject({
    code: 'TimedOut',
    message: 'keeper: a call of the present version lent what that keeps for longer than 50 ms, and it has to be at rest before it hands over what it keeps',
  });
  expect([note.text, valueOf(keeper.version() as never)]).toEqual(['kept', 1]);
  const upgrade = domain.upgrade(two);
  answer();
  await upgrade;
  expect([valueOf(keeper.read() as never), valueOf(keeper.version() as never)]).toEqual(['changed', 2]);
  await domain.unload();
  await world.comesClean();
});

it('a change that a crash has left open refuses an upgrade, which names it and says what to do, until the present version has committed one', async () => {
  const init = `if (media.note.value === null) {
      media.note.put(note('kept'));
      const fall = () => {
        if (media.note.value.text !== 'fall') return void setTimeout(fall, 1);
        media.note.begin(7);
        throw new Error('half way');
      };
      fall();
    } else if (media.note.intent === 7) {
      const mend = () => media.note.value.text === 'mend it' ? media.note.change(7, () => {}) : setTimeout(mend, 1);
      mend();
    }`;
  const domain = await world.kernel.load(await keeperLeaf({ ...ONE, init }), { restart: { when: 'on-crash', rebind: true } });
  const keeper = domain.get(Keeper);
  // Not before the kernel has seen it live: that would be a load that fails.
  valueOf(keeper.write('fall') as never);
  await expect.poll(() => [domain.incarnation, domain.isLive]).toEqual([2, true]);
  const two = await keeperLeaf({ version: 2, keeps: 'note: Note' });
  await expect(domain.upgrade(two, { drainMs: 50 })).rejects.toMatchObject({
    code: 'TimedOut',
    message: expect.stringMatching(
      /^keeper: the medium 'note' was in the middle of a change \(intent 7\) for longer than 50 ms, .* A change that a crash has left open .* until the present version has begun and committed one/,
    ) as string,
  });
  expect(valueOf(keeper.version() as never)).toBe(1);
  valueOf(keeper.write('mend it') as never);
  await domain.upgrade(two);
  expect([valueOf(keeper.version() as never), valueOf(keeper.read() as never)]).toEqual([2, 'mend it']);
  await domain.unload();
  await world.comesClean();
});

it('what a version lends that does not start is freed when nobody borrows it any more', async () => {
  const { reader, lent, answer } = borrower();
  const domain = await world.kernel.load(await keeperLeaf(ONE), { grant: { reader } });
  const two = await keeperLeaf({
    version: 2,
    keeps: 'note: Note, extra: Note',
    imports: 'reader: Reader',
    init: `media.extra.put(note('lent by a version that does not start'));
    void imports.reader.async.read(media.extra.value);
    await imports.reader.async.ready();
    throw new Error('it does not start');`,
  });
  const refused = expect(domain.upgrade(two)).rejects.toThrow('it does not start');
  const note = await lent;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(note.text).toBe('lent by a version that does not start');
  answer();
  await refused;
  expect(valueOf(domain.get(Keeper).version() as never)).toBe(1);
  await domain.unload();
  await world.comesClean();
});

it('what a version put that was given up is not there for the next one, which may keep something else under that name', async () => {
  const domain = await world.kernel.load(await keeperLeaf(ONE), { restart: { when: 'on-crash', rebind: true } });
  const keeper = domain.get(Keeper);
  const two = await keeperLeaf({
    version: 2,
    keeps: 'note: Note, extra: Note',
    init: "media.extra.put(note('x'.repeat(100))); media.extra.begin(7); await new Promise(() => {});",
  });
  const refused = expect(domain.upgrade(two)).rejects.toMatchObject({ code: 'DomainCrashed' });
  await expect.poll(async () => (await world.kernel.stats()).heap.byType['handing.Note']?.blocks ?? 0).toBeGreaterThan(0);
  await domain.kill();
  await refused;
  await domain.ready();
  const three = await keeperLeaf({
    version: 3,
    keeps: 'note: Note, extra: Number',
    init: "media.note.put(note([media.extra.value, media.extra.generation, media.extra.intent, media.extra.lost].join(' ')));",
  });
  await domain.upgrade(three);
  expect(valueOf(keeper.read() as never)).toBe(' 0 0 ');
  await domain.unload();
  await world.comesClean();
});

it('one of two upgrades that were asked for at once is refused, whichever is ready first: each was held to the version that it would replace', async () => {
  const domain = await world.kernel.load(await keeperLeaf({ ...ONE, keeps: 'first: Note' }));
  const two = await keeperLeaf({ version: 2, keeps: 'first: Note, note: Note', init: "media.note.put(note('of a note'));" });
  const { file, remove } = written({ version: 3, keeps: 'first: Note, note: Number' });
  const outcomes = await Promise.allSettled([domain.upgrade(two), domain.upgrade(file)]);
  remove();
  expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'done'))).toEqual(['done', 'Overloaded']);
  const keeper = domain.get(Keeper);
  expect([valueOf(keeper.version() as never), valueOf(keeper.read() as never)]).toEqual([2, 'of a note']);
  await domain.unload();
  await world.comesClean();
});

it('no two lives have it: the next one begins when the thread of one that was to take over has ended, however long that takes', async () => {
  const own = await World.open({ spares: 2, checks: 'paranoid', trace: true });
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const reader = own.kernel.provide(Reader, { read: () => 0, ready: () => begin() });
  const domain = await own.kernel.load(await keeperLeaf(ONE), { grant: { reader }, restart: { when: 'on-crash', rebind: true } });
  valueOf(domain.get(Keeper).write('kept') as never);
  // One call of V8's that looks at nothing else.
  const deaf = `imports.reader.ready(); const half = 'a'.repeat(5000); new RegExp(half + 'b' + half).test('a'.repeat(80_000));`;
  const two = await keeperLeaf({ version: 2, keeps: 'note: Note', imports: 'reader: Reader', init: deaf });
  const refused = expect(domain.upgrade(two)).rejects.toMatchObject({ code: 'DomainCrashed' });
  await begun;
  await domain.kill();
  await Promise.all([refused, domain.ready()]);
  expect(valueOf(domain.get(Keeper).read() as never)).toBe('kept');
  const stages = (await own.kernel.trace()).events.flatMap((event: any) =>
    event.kind === 'life' && event.domain.name === 'keeper' ? [`${event.domain.incarnation} ${event.stage}`] : [],
  );
  expect(stages.indexOf('2 thread ended')).toBeGreaterThan(0);
  expect(stages.indexOf('2 thread ended')).toBeLessThan(stages.indexOf('3 starting'));
  await own.kernel.close();
});

it('what one that was to take over has lent is not given to the next life before that call has ended', async () => {
  const { reader, lent, answer } = borrower();
  const one = await keeperLeaf({ ...ONE, init: "if (media.note.value !== null) media.note.value.text = 'changed by the next life';" });
  const domain = await world.kernel.load(one, { grant: { reader }, restart: { when: 'on-crash', rebind: true } });
  valueOf(domain.get(Keeper).write('kept') as never);
  const two = await keeperLeaf({
    version: 2,
    keeps: 'note: Note',
    imports: 'reader: Reader',
    init: 'void imports.reader.async.read(media.note.value); await new Promise(() => {});',
  });
  const refused = expect(domain.upgrade(two)).rejects.toMatchObject({ code: 'DomainCrashed' });
  const note = await lent;
  await domain.kill();
  const ready = domain.ready();
  // A next life that does not wait begins within this.
  await Promise.race([ready, new Promise((resolve) => setTimeout(resolve, 300))]);
  expect(note.text).toBe('kept');
  answer();
  await Promise.all([refused, ready]);
  expect(valueOf(domain.get(Keeper).read() as never)).toBe('changed by the next life');
  await domain.unload();
  await world.comesClean();
});

it('is handed over between two turns of a version whose timers change it all the time, and so is never lost', async () => {
  const busy = `if (media.note.value === null) media.note.put(note('kept'));
    const change = () => {
      for (let index = 0; index < 100; index++) media.note.value.mood = { tag: 'Busy', value: 'with ' + index };
      setTimeout(change, 0);
    };
    change();`;
  const domain = await world.kernel.load(await keeperLeaf({ ...ONE, init: busy }), { limits: { timeSliceMs: 5000 } });
  const keeper = domain.get(Keeper);
  const leaves = await Promise.all(
    [2, 3].map((version) =>
      keeperLeaf({ version, keeps: 'note: Note', init: `if (media.note.lost !== null) throw new Error('lost: ' + media.note.lost); ${busy}` }),
    ),
  );
  for (let round = 0; round < 5; round++) await domain.upgrade(leaves[round % 2]);
  expect(valueOf(keeper.read() as never)).toBe('kept');
  await domain.unload();
  await world.comesClean();
});
