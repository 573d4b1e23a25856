/** Supervision of real domains: what the unit tests enumerate by a clock that stands still holds with threads, callers and a heap, too. */
import diagnostics from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { errorOf, valueOf } from './lab.js';
import { BEGIN, Member, MemberShadow, Team } from './team.js';

describe('a group', () => {
  it('one-for-all: siblings that are stopped are no crashes, and callers’ shadows ride through the restart', { timeout: 120_000 }, async () => {
    await using team = await Team.open();
    const all = await team.kernel.supervise({ name: 'all', strategy: 'one-for-all', intensity: 100 });
    const leader = await team.member(all, 'leader');
    const follower = await team.follower(all, 'follower', leader);
    const [shadow, asked] = [leader.get(MemberShadow), follower.get(MemberShadow)];
    expect([valueOf(shadow.life()), valueOf(asked.peer())]).toEqual([1, 1]);
    for (let round = 2; round <= 5; round++) {
      // The leader is stopped because its follower dies, and the other way round.
      const victim = (round % 2 === 0 ? follower : leader).get(Member);
      const death = victim.async.die();
      const rides = Promise.all([shadow.async.life(), asked.async.peer(), asked.async.life()]);
      expect(errorOf(await death)).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
      for (const outcome of await rides) expect(valueOf(outcome)).toBeGreaterThan(0);
      await expect.poll(() => [leader.incarnation, follower.incarnation]).toEqual([round, round]);
      expect(valueOf(await shadow.async.life())).toBe(round);
      expect(valueOf(await asked.async.peer())).toBe(round);
    }
    expect(team.took()).toEqual(['leader#1', 'follower#1', ...[2, 3, 4, 5].flatMap((life) => [`leader#${life}`, `follower#${life}`])]);
    expect(team.world.crashes.map(({ domain, next }) => `${domain} ${next}`)).toEqual([
      'follower restart',
      'leader restart',
      'follower restart',
      'leader restart',
    ]);
    const { crashes, restarts, domains, supervisors } = await team.kernel.stats();
    expect({ crashes, restarts }).toEqual({ crashes: 4, restarts: 8 });
    expect(domains.map((each) => [each.name, each.restarts, each.crashes])).toEqual([
      ['leader', 4, { panic: 2 }],
      ['follower', 4, { panic: 2 }],
    ]);
    expect(supervisors).toMatchObject([{ name: 'all', strategy: 'one-for-all', state: 'running', restarts: 4, gaveUp: 0 }]);
    expect(team.news).toHaveLength(4);
    expect(team.news[0]).toMatchObject({ supervisor: 'all', path: ['all'], did: 'restart', because: 'follower', children: ['leader', 'follower'] });
    await team.world.comesClean();
  });

  it('rest-for-one: whoever was loaded before the one that died lives on', async () => {
    await using team = await Team.open();
    const rest = await team.kernel.supervise({ name: 'rest', strategy: 'rest-for-one' });
    const members = [await team.member(rest, 'a'), await team.member(rest, 'b'), await team.member(rest, 'c')];
    team.took();
    errorOf(await members[1].get(Member).async.die());
    await expect.poll(() => members.map(({ incarnation }) => incarnation)).toEqual([1, 2, 2]);
    expect(team.took()).toEqual(['b#2', 'c#2']);
    expect(valueOf(members[0].get(Member).life())).toBe(1);
  });

  it('a member whose thread does not stop is waited for: it is condemned, and nobody of its group is started before it has ended', {
    timeout: 300_000,
  }, async () => {
    await using team = await Team.open();
    const condemned: string[] = [];
    team.kernel.on('condemned', ({ domain }) => condemned.push(domain));
    const all = await team.kernel.supervise({ name: 'all', strategy: 'one-for-all' });
    const [one, deaf] = [await team.member(all, 'one'), await team.member(all, 'deaf')];
    team.took();
    const searches = team.world.says('deaf');
    const searching = deaf.get(Member).async.search(2e5);
    await searches;
    // Before the search it could be stopped.
    await team.world.works('deaf', 200);
    errorOf(await one.get(Member).async.die());
    expect(errorOf(await searching)).toMatchObject({ code: 'DomainCrashed', cause: 'killed' });
    await expect.poll(() => condemned).toEqual(['deaf']);
    expect(team.took()).toEqual([]);
    expect([await team.stateOf('one'), await team.stateOf('deaf')]).toEqual(['restarting', 'condemned']);
    await expect.poll(() => [one.incarnation, deaf.incarnation], { timeout: 240_000 }).toEqual([2, 2]);
    expect(team.took()).toEqual(['one#2', 'deaf#2']);
    expect(team.world.crashes.map(({ domain }) => domain)).toEqual(['one']);
  });
});

describe('an end that is no crash', () => {
  it('a domain that ends its life by itself is told of as such: its epitaph says exited, nothing is counted as a crash, and all of it comes back', async () => {
    await using team = await Team.open();
    const told: unknown[] = [];
    team.kernel.on('exit', ({ cause, message, next, duringInit }) => told.push({ cause, message, next, duringInit }));
    const once = await team.member(team.kernel, 'once', { restart: { when: 'on-crash' } });
    expect(errorOf(await once.get(Member).async.leave())).toMatchObject({ code: 'DomainCrashed', cause: 'exited', started: true });
    await expect(once.ready()).rejects.toThrow(/ended its life by itself/);
    expect(told).toEqual([{ cause: 'exited', message: 'it ended its life by itself', next: 'none', duringInit: false }]);
    expect(errorOf(once.get(Member).life()).code).toBe('DomainDead');
    expect(team.world.crashes).toEqual([]);
    expect((await team.kernel.stats()).domains).toMatchObject([{ state: 'dead', crashes: {}, restarts: 0 }]);
    await team.world.isClean();
  });

  it('always begins anew after it, on-crash does not, and either does after a crash', async () => {
    await using team = await Team.open();
    const [always, onCrash] = [
      await team.member(team.kernel, 'always', { restart: { when: 'always', rebind: true } }),
      await team.member(team.kernel, 'on-crash', { restart: { when: 'on-crash', rebind: true } }),
    ];
    for (const domain of [always, onCrash]) {
      errorOf(await domain.get(Member).async.die());
      await expect.poll(() => domain.incarnation).toBe(2);
      // The answer comes before the end.
      expect(valueOf(await domain.get(Member).async.leaveLater())).toBe(2);
    }
    await expect.poll(() => always.incarnation).toBe(3);
    await expect.poll(() => [...team.exits].sort()).toEqual(['always#2', 'on-crash#2']);
    await expect(onCrash.ready()).rejects.toThrow(/stays dead/);
    expect(team.world.crashes).toHaveLength(2);
  });

  it('shadows do not wait for a life that will not come', async () => {
    await using team = await Team.open();
    const domain = await team.member(team.kernel, 'gone', { restart: { when: 'on-crash' } });
    errorOf(await domain.get(Member).async.leave());
    await expect(domain.ready()).rejects.toThrow(/stays dead/);
    expect(errorOf(await domain.get(MemberShadow).async.life()).code).toBe('DomainDead');
  });
});

describe('giving up', () => {
  it('at the root there is one event, which says who, where and why; all that stood under it stays dead, and shadows fail at once', async () => {
    await using team = await Team.open();
    const root = await team.kernel.supervise({ name: 'root', intensity: 1, periodMs: 60_000 });
    const inner = await team.kernel.supervise({ name: 'inner', parent: root, intensity: 0 });
    const other = await team.member(root, 'other');
    const looping = await team.member(inner, 'looping');
    expect(inner.path).toEqual(['root', 'inner']);
    errorOf(await looping.get(Member).async.die());
    await expect.poll(() => looping.incarnation).toBe(2);
    errorOf(await looping.get(Member).async.die());
    await expect(looping.ready()).rejects.toThrow(/stays dead/);
    await expect(other.ready()).rejects.toThrow(/stays dead/);
    expect(team.world.crashes.map(({ domain, next }) => `${domain} ${next}`)).toEqual(['looping restart', 'looping give-up']);
    await expect.poll(() => team.gaveUp).toHaveLength(1);
    expect(team.gaveUp[0]).toMatchObject({
      supervisor: 'root',
      path: ['root'],
      domain: 'inner',
      domains: ['looping', 'other'],
      reason: expect.stringMatching(/more often/),
    });
    expect(team.news.map(({ supervisor, did }) => `${supervisor} ${did}`)).toEqual(['inner escalate', 'root restart']);
    for (const domain of [looping, other]) expect(errorOf(await domain.get(MemberShadow).async.life()).code).toBe('DomainDead');
    expect((await team.kernel.stats()).supervisors).toMatchObject([
      { name: 'root', state: 'over', children: [{ name: 'inner', state: 'over' }, { name: 'other' }] },
    ]);
    await expect(team.member(root, 'late')).rejects.toThrow(/given up/);
    await team.world.isClean();
    await root.unload();
    expect(await team.kernel.stats()).toMatchObject({ domains: [], supervisors: [] });
  });

  it('a restart whose initialisation dies is a crash like any other, until the supervisor gives up', async () => {
    await using team = await Team.open();
    const domain = await team.member(team.kernel, 'looping', { restart: { when: 'on-crash', intensity: 3, periodMs: 60_000, backoffMs: 5 } });
    team.orders.set('looping', BEGIN.panic);
    errorOf(await domain.get(Member).async.die());
    await expect(domain.ready()).rejects.toThrow(/more often than its restart policy allows/);
    expect(team.world.crashes.map(({ duringInit, next }) => `${duringInit} ${next}`)).toEqual([
      'false restart',
      'true restart',
      'true restart',
      'true give-up',
    ]);
    await expect.poll(() => team.gaveUp.length).toBe(1);
    expect(team.gaveUp).toMatchObject([{ supervisor: null, path: [], domain: 'looping', domains: ['looping'] }]);
    await team.world.isClean();
  });

  it('a first load that fails leaves nothing behind, and touches nobody else', async () => {
    await using team = await Team.open();
    const all = await team.kernel.supervise({ name: 'all', strategy: 'one-for-all', intensity: 0 });
    const first = await team.member(all, 'first');
    team.orders.set('second', BEGIN.panic);
    await expect(team.member(all, 'second')).rejects.toThrow(/told to panic/);
    expect(valueOf(first.get(Member).life())).toBe(1);
    expect(await team.kernel.stats()).toMatchObject({ domains: [{ name: 'first' }], supervisors: [{ children: [{ name: 'first' }] }] });
    expect(team.world.crashes).toEqual([]);
    await team.world.comesClean();
  });
});

describe('during a backoff', () => {
  /** A domain that has died and waits for so long. */
  async function waiting(team: Team, backoffMs = 600_000): Promise<Awaited<ReturnType<Team['member']>>> {
    const domain = await team.member(team.kernel, 'waiting', { restart: { when: 'on-crash', backoffMs, mostBackoffMs: 600_000, rebind: true } });
    errorOf(await domain.get(Member).async.die());
    await team.world.died();
    expect(await team.stateOf('waiting')).toBe('restarting');
    return domain;
  }

  it('a program that is unloaded during its backoff is gone', async () => {
    await using team = await Team.open();
    const domain = await waiting(team);
    const ready = domain.ready();
    await domain.unload();
    await expect(ready).rejects.toThrow(/unloaded/);
    expect((await team.kernel.stats()).domains).toEqual([]);
    await team.world.isClean();
  });

  it('whoever waits for a life of it is told when its supervisor is unloaded, and so is whoever asks afterwards, and whoever watches', async () => {
    await using team = await Team.open();
    const root = await team.kernel.supervise({ name: 'root', backoffMs: 600_000, mostBackoffMs: 600_000 });
    const [waiting, living] = [await team.member(root, 'waiting'), await team.member(root, 'living')];
    const told: unknown[] = [];
    const hear = (message: unknown): void => void told.push((message as { domain: string }).domain);
    diagnostics.subscribe('deciduous:unload', hear);
    errorOf(await waiting.get(Member).async.die());
    await team.world.died();
    const ready = waiting.ready();
    const call = waiting.get(MemberShadow).async.life();
    await Promise.all([root.unload(), expect(ready).rejects.toThrow(/stays dead: .*unloaded/)]);
    expect(errorOf(await call).code).toMatch(/DomainDead|DomainCrashed/);
    for (const domain of [waiting, living]) await expect(domain.ready()).rejects.toThrow(/stays dead: it was unloaded/);
    await living.unload();
    expect(new Set(told)).toEqual(new Set(['living', 'waiting']));
    expect(told).toHaveLength(2);
    diagnostics.unsubscribe('deciduous:unload', hear);
    await team.world.isClean();
  });

  it('kill() finds nobody, and limits that are set hold for the next life', async () => {
    await using team = await Team.open();
    const domain = await waiting(team, 3000);
    await domain.kill();
    await domain.setLimits({ timers: 7 });
    await domain.ready();
    expect(domain.incarnation).toBe(2);
    expect(team.world.crashes).toHaveLength(1);
    expect((await team.kernel.stats()).domains[0].limits.timers).toBe(7);
  });

  it('close() does not wait for it, and a shadow’s call that waits is told', async () => {
    const team = await Team.open();
    const domain = await waiting(team);
    const call = domain.get(MemberShadow).async.life();
    const began = Date.now();
    expect(await team.kernel.close()).toEqual({ condemned: [] });
    expect(Date.now() - began).toBeLessThan(60_000);
    expect(errorOf(await call).code).toMatch(/DomainDead|DomainCrashed|KernelDied/);
  });

  it('close() during the restart of a group ends all of it', async () => {
    const team = await Team.open();
    const all = await team.kernel.supervise({ name: 'all', strategy: 'one-for-all', backoffMs: 1 });
    const members = [await team.member(all, 'a'), await team.member(all, 'b'), await team.member(all, 'c')];
    errorOf(await members[0].get(Member).async.die());
    expect(await team.kernel.close()).toEqual({ condemned: [] });
  });
});

describe('order', () => {
  /** Who died, in order, as the trace tells it. */
  async function deaths(team: Team): Promise<string[]> {
    const { events } = await team.kernel.trace();
    return events.flatMap((event) => (event.kind === 'life' && event.stage === 'dead' ? [event.domain.name] : []));
  }

  it('unloading a supervisor stops what stands under it, the last that was started first', async () => {
    await using team = await Team.open({ trace: true });
    const root = await team.kernel.supervise({ name: 'root' });
    await team.member(root, 'a');
    const inner = await team.kernel.supervise({ name: 'inner', parent: root });
    await team.member(root, 'd');
    await team.member(inner, 'b');
    await team.member(inner, 'c');
    await root.unload();
    expect(await deaths(team)).toEqual(['d', 'c', 'b', 'a']);
    expect(await team.kernel.stats()).toMatchObject({ domains: [], supervisors: [] });
  });

  it('close() stops whoever depends on others before these: by grants, and by the order under a supervisor', async () => {
    const team = await Team.open({ trace: true });
    const root = await team.kernel.supervise({ name: 'root' });
    const provider = await team.member(team.kernel, 'provider', { restart: { when: 'on-crash' } });
    const first = await team.member(root, 'first');
    await team.follower(root, 'second', provider);
    await team.follower(team.kernel, 'user', first);
    await team.kernel.close();
    const order = await deaths(team);
    expect([...order].sort()).toEqual(['first', 'provider', 'second', 'user']);
    for (const [sooner, later] of [
      ['user', 'first'],
      ['second', 'first'],
      ['second', 'provider'],
    ])
      expect(order.indexOf(sooner), `${sooner} before ${later} in ${order.join(' ')}`).toBeLessThan(order.indexOf(later));
  });
});

describe('what cannot be', () => {
  it('is refused before anything starts, in words', async () => {
    await using team = await Team.open();
    const refused = async (options: object, message: RegExp): Promise<void> => {
      await expect(team.kernel.supervise(options as never)).rejects.toThrow(message);
    };
    await refused({}, /name must be a string that is not empty/);
    await refused({ name: 'x', strategy: 'all' }, /strategy must be one of one-for-one, one-for-all, rest-for-one, not 'all'/);
    await refused({ name: 'x', intensity: -1 }, /intensity must be a number that is not negative/);
    await refused({ name: 'x', mostBackoffMs: 1e12 }, /24 days/);
    // Within no time there is never one restart too many: it would go on for ever.
    await refused({ name: 'x', periodMs: 0 }, /periodMs must be more than 0: .* write intensity: Infinity/);
    await expect(team.member(team.kernel, 'a', { restart: { when: 'on-crash', periodMs: 0 } })).rejects.toThrow(/restart\.periodMs must be more than 0/);
    await refused({ name: 'x', parent: {} }, /parent must be what supervise\(\) of this kernel answered/);
    // Its number would be that of somebody else here.
    await using other = await Team.open();
    await refused({ name: 'x', parent: await other.kernel.supervise({ name: 'elsewhere' }) }, /of this kernel/);
    await refused({ name: 'x', when: 'often' }, /when must be one of/);
    await refused({ name: 'x', rebind: true }, /no option 'rebind'/);
    const supervisor = await team.kernel.supervise({ name: 'x' });
    await expect(team.member(supervisor, 'a', { restart: { intensity: 3 } })).rejects.toThrow(/restart.intensity is the supervisor's business/);
    await supervisor.unload();
    await expect(team.member(supervisor, 'a')).rejects.toThrow(/unloaded/);
    await expect(team.kernel.supervise({ name: 'y', parent: supervisor })).rejects.toThrow(/unloaded/);
    expect((await team.kernel.stats()).domains).toEqual([]);
  });
});
