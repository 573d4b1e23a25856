/** What arrives while something is under way: a crash, a stop, an unload, a life that cannot begin. Titles that are rows of test/semantics/otp-rows.ts are claims in docs/recovery.md and docs/supervision-compared.md. */
import { describe, expect, it } from 'vitest';
import type { Supervisor } from '../../../dist/microkernel/supervision/supervisor.js';
import { Supervisors } from '../../../dist/microkernel/supervision/supervisors.js';
import { Company, settle } from './company.js';

describe('while a group is being stopped', () => {
  it('a child that dies by itself while its group is being stopped is expected: nothing more is counted, and all are started', async () => {
    const company = new Company();
    const [a, b, c] = company.children(company.supervisor('one-for-all', { intensity: 1 }), 'a', 'b', 'c');
    a.end();
    expect([c.end(), b.end('exit')]).toEqual(['restart', 'restart']);
    await settle();
    expect(company.take()).toBe('!a:restart !c:restart !b:restart +a +b +c');
    expect(company.gaveUp).toEqual([]);
  });

  it('a child whose thread does not stop keeps nobody else alive, and nobody is started until it has ended after all', async () => {
    const company = new Company();
    const [a, b, c] = company.children(company.supervisor('one-for-all'), 'a', 'b', 'c');
    c.isUnstoppable = true;
    b.end();
    await company.clock.advance(60_000);
    expect(company.take()).toBe('!b:restart -c -a');
    c.release();
    await settle();
    expect(company.take()).toBe('+a +b +c');
    expect([a, b, c].every(({ isLive }) => isLive)).toBe(true);
  });

  it('unloading the child whose thread does not stop lets the others start', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all');
    const [a, b] = company.children(supervisor, 'a', 'b');
    b.isUnstoppable = true;
    a.end();
    await settle();
    expect(company.take()).toBe('!a:restart -b');
    supervisor.remove(b);
    await settle();
    expect(company.take()).toBe('+a');
  });
});

describe('while a supervisor is being stopped by its parent', () => {
  it('unloading the grandchild whose thread does not stop lets the others start', async () => {
    const company = new Company();
    const root = company.supervisor('one-for-one');
    const inner = company.supervisor('one-for-one', { intensity: 0 }, root, 'inner');
    const [a, b] = company.children(inner, 'a', 'b');
    b.isUnstoppable = true;
    a.end();
    await company.clock.advance(60_000);
    expect(company.take()).toBe('!a:restart -b');
    inner.remove(b);
    await settle();
    expect(company.take()).toBe('+a');
  });
});

describe('while a supervisor is being unloaded', () => {
  it('a child that comes to life meanwhile is told that this was its last', async () => {
    const supervisors = new Supervisors(() => {});
    const pace = { intensity: 1, periodMs: 1, backoffMs: 0, mostBackoffMs: 0, stableMs: 1 };
    const made = supervisors.supervise({ name: 'root', strategy: 'one-for-one', when: 'always', parent: null, ...pace }) as { supervisor: number };
    const [a, b] = new Company().children(supervisors.find(made.supervisor) as Supervisor, 'a', 'b');
    b.stop = async () => {
      expect(a.endedForGood).toBe('its supervisor was unloaded');
      a.endedForGood = null;
    };
    await supervisors.remove(made.supervisor);
    expect([a.isLive, a.endedForGood]).toEqual([false, 'its supervisor was unloaded']);
  });
});

describe('during a backoff', () => {
  it('a sibling that was not to be stopped and dies during the backoff is counted, and joins the restart', async () => {
    const company = new Company();
    const [a, b] = company.children(company.supervisor('rest-for-one', { backoffMs: 100 }), 'a', 'b', 'c');
    b.end();
    await company.clock.advance(50);
    expect(company.take()).toBe('!b:restart -c');
    a.end();
    await company.clock.advance(199);
    expect(company.take()).toBe('!a:restart');
    await company.clock.advance(1);
    expect(company.take()).toBe('+a +b +c');
  });

  it('unloading a child during its backoff means that it is not started, and its group is started without it', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all', { backoffMs: 100 });
    const [a, b] = company.children(supervisor, 'a', 'b', 'c');
    a.end();
    await company.clock.advance(50);
    supervisor.remove(a);
    await company.clock.advance(50);
    expect(company.take()).toBe('!a:restart -c -b +b +c');
    expect(b.isLive).toBe(true);
  });

  it('unloading a child that stands alone during its backoff leaves no timer', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-one', { backoffMs: 100 });
    const [a] = company.children(supervisor, 'a');
    a.end();
    await settle();
    expect(company.clock.pending).toBe(1);
    supervisor.remove(a);
    await settle();
    expect(company.clock.pending).toBe(0);
    expect(company.take()).toBe('!a:restart');
  });

  it('what ends a supervisor for good during a backoff leaves no timer, and starts nobody', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all', { backoffMs: 100 });
    const [a, b] = company.children(supervisor, 'a', 'b');
    a.end();
    await company.clock.advance(50);
    supervisor.endForGood('closed');
    await company.clock.advance(1000);
    expect(company.clock.pending).toBe(0);
    expect(company.take()).toBe('!a:restart -b');
    expect(b.end()).toBe('none');
  });

  it('a parent that stops a supervisor during a backoff of its starts it later, once', async () => {
    const company = new Company();
    const root = company.supervisor('one-for-all');
    const inner = company.supervisor('one-for-one', { backoffMs: 10_000 }, root, 'inner');
    const [a, b] = company.children(inner, 'a', 'b');
    const [outer] = company.children(root, 'outer');
    a.end();
    await company.clock.advance(100);
    outer.end();
    await company.clock.advance(60_000);
    expect(company.take()).toBe('!a:restart !outer:restart -b +a +b +outer');
    expect(b.lives).toBe(2);
  });
});

describe('while a group is being started', () => {
  it('a child that dies while a later one starts is counted, and all of it begins anew', async () => {
    const company = new Company();
    const [a, b] = company.children(company.supervisor('one-for-all'), 'a', 'b', 'c');
    b.plan.push('hang');
    a.end();
    await settle();
    expect(company.take()).toBe('!a:restart -c -b +a +b');
    a.end();
    await settle();
    expect(company.take()).toBe('!a:restart -b +a +b +c');
  });

  it('a life that cannot begin is counted as a restart, and is tried again a moment later', async () => {
    const company = new Company();
    const [a] = company.children(company.supervisor('one-for-one', { intensity: 3 }), 'a');
    a.plan.push('refuse', 'refuse');
    a.end();
    await settle();
    expect(company.take()).toBe('!a:restart +a');
    await company.clock.advance(99);
    expect(company.take()).toBe('');
    await company.clock.advance(101);
    expect(company.take()).toBe('+a +a');
    expect(a.isLive).toBe(true);
  });

  it('where no life can begin the supervisor gives up as after crashes, and says why', async () => {
    const company = new Company();
    const [a, b] = company.children(company.supervisor('one-for-all', { intensity: 2 }), 'a', 'b');
    a.plan.push('refuse', 'refuse', 'refuse');
    b.end();
    await company.clock.advance(10_000);
    expect(company.gaveUp).toMatchObject([{ because: 'a', reason: expect.stringContaining('no thread') }]);
  });

  it('unloading a child while it starts is no failure, and those behind it are started', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all', { intensity: 1 });
    const [a, b] = company.children(supervisor, 'a', 'b', 'c');
    b.plan.push('hang');
    a.end();
    await settle();
    supervisor.remove(b);
    await b.stop();
    await company.clock.advance(1000);
    expect(company.take()).toBe('!a:restart -c -b +a +b -b +c');
    expect(company.gaveUp).toEqual([]);
  });

  it('unloading children while their supervisor is started again is no failure, whether or not it was their turn, and those behind them are started', async () => {
    const company = new Company();
    const root = company.supervisor('one-for-one', { intensity: 1 });
    const inner = company.supervisor('one-for-one', { intensity: 0 }, root, 'inner');
    const [a, b, c] = company.children(inner, 'a', 'b', 'c');
    a.plan.push('hang');
    // Whoever is unloaded does not begin a life.
    b.plan.push('refuse');
    c.end();
    await settle();
    expect(company.take()).toBe('!c:restart -b -a +a');
    inner.remove(a);
    inner.remove(b);
    await a.stop();
    await company.clock.advance(1000);
    expect(company.take()).toBe('-a +c');
    expect(company.escalated).toEqual(['inner']);
    expect(company.gaveUp).toEqual([]);
  });

  it('a load waits until the restart is over, and its child is behind all others', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all', { backoffMs: 100 });
    const [a] = company.children(supervisor, 'a', 'b');
    a.end();
    const order: string[] = [];
    const admit = (name: string): Promise<void> =>
      supervisor.admit(async () => {
        await settle();
        order.push(name);
      });
    const loads = Promise.all([admit('c'), admit('d')]);
    await company.clock.advance(99);
    expect(order).toEqual([]);
    await company.clock.advance(1);
    await loads;
    expect(order).toEqual(['c', 'd']);
  });

  it('a load under a supervisor that has given up is let through, to be refused', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-one', { intensity: 0, backoffMs: 100 });
    const [a] = company.children(supervisor, 'a');
    a.end();
    expect(await supervisor.admit(() => Promise.resolve(supervisor.isOver))).toBe(true);
  });
});
