/** Strategies, intensity, restart types and trees, with children that do as they are told. Titles that test/semantics/otp-rows.ts names are claims about OTP's documented behaviour. */
import { describe, expect, it } from 'vitest';
import { DECISIONS, decide, takenAlong } from '../../../dist/microkernel/supervision/decision.js';
import { Company, settle } from './company.js';

describe('the table of decisions', () => {
  it('has exactly one row for every standing, end and restart type', () => {
    for (const standing of ['running', 'starting', 'stopping', 'over'] as const)
      for (const end of ['crash', 'exit', 'refused'] as const)
        for (const when of ['never', 'on-crash', 'always'] as const) {
          const rows = DECISIONS.filter((row) => row.standing === standing && row.ends.includes(end) && row.when.includes(when));
          expect(rows, `${standing}, ${end}, ${when}`).toHaveLength(1);
          expect(decide(standing, end, when)).toBe(rows[0].verdict);
        }
  });

  it('takes along nobody, everybody, or those behind', () => {
    const children = ['a', 'b', 'c'];
    expect(takenAlong('one-for-one', children, 'b')).toEqual(['b']);
    expect(takenAlong('one-for-all', children, 'b')).toEqual(['a', 'b', 'c']);
    expect(takenAlong('rest-for-one', children, 'b')).toEqual(['b', 'c']);
    expect(takenAlong('rest-for-one', children, 'x')).toEqual([]);
  });
});

describe('strategies', () => {
  it('one-for-one: only the child that ended is started again', async () => {
    const company = new Company();
    const [, b] = company.children(company.supervisor('one-for-one'), 'a', 'b', 'c');
    b.end();
    await settle();
    expect(company.take()).toBe('!b:restart +b');
  });

  it('one-for-all: all others are stopped in reverse order of their start, then all are started in order', async () => {
    const company = new Company();
    const [, b] = company.children(company.supervisor('one-for-all'), 'a', 'b', 'c');
    b.end();
    await settle();
    expect(company.take()).toBe('!b:restart -c -a +a +b +c');
    expect(company.restarting).toEqual([['a', 'b', 'c']]);
  });

  it('rest-for-one: those that were started after it are stopped in reverse order, then it and they are started in order', async () => {
    const company = new Company();
    const [, b] = company.children(company.supervisor('rest-for-one'), 'a', 'b', 'c', 'd');
    b.end();
    await settle();
    expect(company.take()).toBe('!b:restart -d -c +b +c +d');
  });

  it('the restart of a group is one restart, however many siblings are started again', async () => {
    const company = new Company();
    const [a] = company.children(company.supervisor('one-for-all', { intensity: 1 }), 'a', 'b', 'c', 'd');
    expect(a.end()).toBe('restart');
    await settle();
    expect(company.gaveUp).toEqual([]);
    expect(a.end()).toBe('give-up');
  });

  it('two groups restart at once, and neither waits for the other', async () => {
    const company = new Company();
    const [a, b] = company.children(company.supervisor('one-for-all', { backoffMs: 100 }), 'a', 'b');
    const [c] = company.children(company.supervisor('one-for-all'), 'c', 'd');
    a.isUnstoppable = true;
    b.end();
    c.end();
    await settle();
    const did = company.take().split(' ');
    expect(did.filter((what) => 'ab'.includes(what[1]))).toEqual(['!b:restart', '-a']);
    expect(did.filter((what) => 'cd'.includes(what[1]))).toEqual(['!c:restart', '-d', '+c', '+d']);
    await company.clock.advance(1000);
    expect(company.take()).toBe('');
    a.release();
    await settle();
    expect(company.take()).toBe('+a +b');
  });
});

describe('restart types', () => {
  it('always: a child is started again whatever its end', async () => {
    const company = new Company();
    const child = company.child(company.supervisor('one-for-one'), 'a', 'always');
    expect([child.end('exit'), (await settle(), child.end('crash'))]).toEqual(['restart', 'restart']);
    await settle();
    expect(child.lives).toBe(3);
  });

  it('on-crash: a child is started again after a crash, and not after a normal end', async () => {
    const company = new Company();
    const child = company.child(company.supervisor('one-for-one'), 'a', 'on-crash');
    expect(child.end('crash')).toBe('restart');
    await settle();
    expect(child.end('exit')).toBe('none');
    await settle();
    expect(child.lives).toBe(2);
    expect(company.gaveUp).toEqual([]);
  });

  it('never: a child is not started again, and its end touches no sibling and is not counted', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all', { intensity: 0 });
    company.children(supervisor, 'a', 'b');
    expect(company.child(supervisor, 'c', 'never').end()).toBe('none');
    await settle();
    expect(company.take()).toBe('!c:none');
    expect(company.gaveUp).toEqual([]);
  });

  it('never: a child that was stopped because a sibling died is not started again either', async () => {
    const company = new Company();
    const supervisor = company.supervisor('one-for-all');
    const [a] = company.children(supervisor, 'a');
    const once = company.child(supervisor, 'once', 'never');
    a.end();
    await settle();
    expect(company.take()).toBe('!a:restart -once +a');
    expect(once.endedForGood).toMatch(/never/);
  });

  it('a child that had ended normally is started again with its group', async () => {
    const company = new Company();
    const [a, b] = company.children(company.supervisor('one-for-all'), 'a', 'b');
    b.end('exit');
    await settle();
    a.end();
    await settle();
    expect(company.take()).toBe('!b:none !a:restart +a +b');
  });
});

describe('maximum restart intensity', () => {
  it('as many restarts as the intensity within the period are not too many, and one more is', async () => {
    const company = new Company();
    const [a, b] = company.children(company.supervisor('one-for-one', { intensity: 3, periodMs: 1000 }), 'a', 'b');
    for (const child of [a, b, a]) {
      expect(child.end()).toBe('restart');
      await company.clock.advance(300);
    }
    expect(b.end()).toBe('give-up');
  });

  it('restarts that are a period ago are not counted', async () => {
    const company = new Company();
    const [a] = company.children(company.supervisor('one-for-one', { intensity: 3, periodMs: 1000 }), 'a');
    for (let restart = 0; restart < 100; restart++) {
      expect(a.end()).toBe('restart');
      await company.clock.advance(334);
    }
    expect(company.gaveUp).toEqual([]);
  });

  it('intensity 0 allows no restart', async () => {
    const company = new Company();
    const [a] = company.children(company.supervisor('one-for-one', { intensity: 0 }), 'a');
    expect(a.end()).toBe('give-up');
  });

  it('a supervisor that gives up stops all its children in reverse order of their start', async () => {
    const company = new Company();
    const [, b] = company.children(company.supervisor('one-for-one', { intensity: 0 }), 'a', 'b', 'c');
    b.end();
    await settle();
    expect(company.take()).toBe('!b:give-up -c -a');
  });

  it('a root gives up once, however many die while it stops', async () => {
    const company = new Company();
    const [a, b, c] = company.children(company.supervisor('one-for-one', { intensity: 0 }), 'a', 'b', 'c');
    expect([a.end(), b.end(), c.end()]).toEqual(['give-up', 'none', 'none']);
    await settle();
    expect(company.gaveUp).toEqual([{ supervisor: 'root', because: 'a', reason: expect.stringContaining('a: it crashed more often') }]);
    for (const { endedForGood } of [a, b, c]) expect(endedForGood).toMatch(/more often/);
  });
});

describe('trees', () => {
  it('a supervisor that gives up is a crashed child to its parent, which starts it and all its children again', async () => {
    const company = new Company();
    const root = company.supervisor('rest-for-one');
    company.children(root, 'a');
    const [b, c] = company.children(company.supervisor('one-for-one', { intensity: 0 }, root, 'inner'), 'b', 'c');
    company.children(root, 'd');
    expect(c.end()).toBe('restart');
    await settle();
    expect(company.take()).toBe('!c:restart -d -b +b +c +d');
    expect(company.escalated).toEqual(['inner']);
    expect(company.gaveUp).toEqual([]);
    expect(b.lives).toBe(2);
  });

  it('a supervisor that was started again counts its restarts from none', async () => {
    const company = new Company();
    const inner = company.supervisor('one-for-one', { intensity: 1 }, company.supervisor('one-for-one', { intensity: 10 }), 'inner');
    const [a] = company.children(inner, 'a');
    const ends: string[] = [];
    for (let end = 0; end < 6; end++) {
      ends.push(a.end());
      await settle();
    }
    expect(ends).toEqual(Array(6).fill('restart'));
    expect(company.escalated).toEqual(['inner', 'inner', 'inner']);
  });

  it('where every supervisor up to the root gives up there is one give-up, of the root', async () => {
    const company = new Company();
    const root = company.supervisor('one-for-one', { intensity: 1 });
    const middle = company.supervisor('one-for-one', { intensity: 1 }, root, 'middle');
    const leaf = company.supervisor('one-for-one', { intensity: 1 }, middle, 'leaf');
    const [a] = company.children(leaf, 'a');
    const [other] = company.children(root, 'other');
    const ends: string[] = [];
    for (let end = 0; end < 8; end++) {
      ends.push(a.end());
      await settle();
    }
    expect(ends).toEqual([...Array(7).fill('restart'), 'give-up']);
    expect(company.gaveUp.map(({ supervisor }) => supervisor)).toEqual(['root']);
    expect(other.isLive).toBe(false);
    expect(other.endedForGood).not.toBeNull();
  });

  it('a supervisor whose child does not come when it is started stops those it had started, in reverse order, and its parent counts that', async () => {
    const company = new Company();
    const root = company.supervisor('one-for-one', { intensity: 2 });
    const [a, b, c] = company.children(company.supervisor('one-for-one', { intensity: 0 }, root, 'inner'), 'a', 'b', 'c');
    c.plan.push('crash');
    a.end();
    await settle();
    expect(company.take()).toBe('!a:restart -c -b +a +b +c !c:restart -b -a +a +b +c');
    expect([a, b, c].every(({ isLive }) => isLive)).toBe(true);
  });

  it('a supervisor that is never started again gives up for itself, and its parent goes on', async () => {
    const company = new Company();
    const root = company.supervisor('one-for-all');
    const [outer] = company.children(root, 'outer');
    const [a] = company.children(company.supervisor('one-for-one', { intensity: 0 }, root, 'inner', 'never'), 'a');
    expect(a.end()).toBe('give-up');
    await settle();
    expect(company.gaveUp.map(({ supervisor }) => supervisor)).toEqual(['inner']);
    expect(outer.isLive).toBe(true);
  });
});
