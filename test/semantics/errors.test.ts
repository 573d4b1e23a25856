import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type Epitaph, type KernelHandle, type Limits, type RpcError } from 'deciduous';
import { type How, Link, Parcel } from '../fixtures/extensions/generated/faults.js';
import { errorOf, extension, valueOf } from './lab.js';

/** Whatever a domain makes of its last moment, its caller has an error before this. */
const GENEROUS_MS = 20_000;

describe.each(['fast', 'paranoid'] as const)('errors, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  const epitaphs: Epitaph[] = [];
  const loaded: DomainHandle[] = [];

  beforeAll(async () => {
    kernel = await boot({ spares: 2, checks });
    kernel.on('crash', (epitaph) => epitaphs.push(epitaph));
  });

  afterAll(async () => {
    for (const domain of loaded) await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  async function link(name: string, limits: Partial<Limits> = {}): Promise<Link> {
    const domain = await kernel.load(extension('faults/link.ts'), { name, limits: { timeSliceMs: 20_000, ...limits } });
    loaded.push(domain);
    return domain.get(Link);
  }

  async function chain(...names: string[]): Promise<Link> {
    const links = await Promise.all(names.map((name) => link(name)));
    for (let index = 1; index < links.length; index++) valueOf(links[index - 1].follow(links[index]));
    return links[0];
  }

  async function epitaphOf(domain: string): Promise<Epitaph> {
    const from = Date.now();
    for (;;) {
      const found = epitaphs.find((epitaph) => epitaph.domain === domain);
      if (found !== undefined) return found;
      if (Date.now() - from > GENEROUS_MS) throw new Error(`no epitaph of ${domain}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const steps = (error: RpcError): string[] =>
    error.chain.map(({ domain, incarnation, method, code, cause }) => `${domain}#${incarnation ?? ''} ${method} ${code} ${cause ?? ''}`);

  it('an error says through which calls its fault came, from the call that failed to where it began', async () => {
    const first = await chain(`${checks}-a`, `${checks}-b`, `${checks}-c`);
    const error = errorOf(first.fail(2, 'Throws'));
    expect(error).toMatchObject({ code: 'DomainCrashed', cause: 'panic', started: true, blame: 'callee', domain: `${checks}-a`, method: 'Link.fail' });
    expect(steps(error)).toEqual([
      `${checks}-a#1 Link.fail DomainCrashed panic`,
      `${checks}-b#1 Link.fail DomainCrashed panic`,
      `${checks}-c#1 Link.fail DomainCrashed panic`,
    ]);
  });

  it('an epitaph says which call the domain was serving and through which calls that came', async () => {
    const first = await chain(`${checks}-d`, `${checks}-e`);
    errorOf(first.fail(1, 'Throws'));
    const last = await epitaphOf(`${checks}-e`);
    expect(last.chain).toEqual([
      { caller: 'host', domain: `${checks}-d`, method: 'Link.fail' },
      { caller: `${checks}-d`, domain: `${checks}-e`, method: 'Link.fail' },
    ]);
    expect(last.through).toEqual([]);
    const before = await epitaphOf(`${checks}-d`);
    expect(before.chain).toEqual([{ caller: 'host', domain: `${checks}-d`, method: 'Link.fail' }]);
    expect(before.through).toMatchObject([{ code: 'DomainCrashed', cause: 'panic', method: 'Link.fail' }]);
  });

  it('an error that is the cause of another one is found, too', async () => {
    const first = await chain(`${checks}-f`, `${checks}-g`);
    const error = errorOf(first.wrap(1));
    expect(error.message).toContain('it was not my fault');
    expect(error.chain).toHaveLength(2);
  });

  it('a method that fails after an await has its chain as well', async () => {
    const first = await chain(`${checks}-h`, `${checks}-i`);
    const error = errorOf(await first.async.failLater(1));
    expect(error.chain).toHaveLength(2);
    expect((await epitaphOf(`${checks}-i`)).chain).toHaveLength(2);
  });

  it('the stack is that of the domain which failed, in the words of its source', async () => {
    const error = errorOf((await link(`${checks}-j`)).fail(0, 'Throws'));
    expect(error.stack).toMatch(/the last link was told to fail/);
    expect(error.stack).toMatch(/link\.ts:\d+:\d+/);
    expect(error.stack).not.toContain('dist/');
  });

  it.each([
    [
      'InvalidType of an argument',
      { code: 'InvalidType', started: false, blame: 'caller', expected: 'u32', actual: 'the number -1' },
      (one: Link) => one.fail(-1, 'Throws'),
    ],
    [
      'InvalidType of a result',
      { code: 'InvalidType', started: true, blame: 'callee', expected: 'a string', actual: 'an object' },
      (one: Link) => one.tell('AnswersThenable'),
    ],
    [
      'LifetimeViolation',
      { code: 'LifetimeViolation', started: false, blame: 'caller', detail: expect.stringContaining('was') },
      (one: Link) => {
        const parcel = kernel.heap.alloc(Parcel, { text: 'gone' });
        parcel.drop();
        return one.keep(parcel);
      },
    ],
  ])('an error tells what its code promises: %s', async (name, expected, call) => {
    const one = await link(`${checks} ${name}`);
    const error = errorOf(call(one));
    expect(error).toMatchObject(expected);
    expect(error.chain).toEqual([expect.objectContaining({ code: expected.code, domain: `${checks} ${name}` })]);
  });

  it('ResourceExhausted names the resource: where the caller asks, and where the callee may not own so much', async () => {
    const one = await link(`${checks}-small`, { sharedHeapBytes: 64 * 1024 });
    expect(valueOf(one.starve())).toBe('ResourceExhausted shared heap');
    const parcel = kernel.heap.alloc(Parcel, { text: 'y'.repeat(100_000) });
    expect(errorOf(one.keep(parcel))).toMatchObject({ code: 'ResourceExhausted', started: false, resource: `shared heap of ${checks}-small` });
    expect(parcel.text).toHaveLength(100_000);
    parcel.drop();
  });

  describe('nothing that a domain throws or answers is evaluated outside its own budget', () => {
    const thrown: { [how in How]?: RegExp } = {
      HugeMessage: /Error: a{100}/,
      ThrowsProxy: /an object that is no Error|threw/,
      ThrowsGetters: /Error/,
      ThrowsCause: /caused/,
      ThrowsObject: /an object that is no Error/,
      ThrowsSymbol: /a symbol/,
    };
    it.each(Object.entries(thrown))('thrown: %s', async (how, says) => {
      const one = await link(`${checks} ${how}`, { timeSliceMs: 5000, privateHeapBytes: 2 * 2 ** 30 });
      const from = Date.now();
      const error = errorOf(one.tell(how as How));
      expect(Date.now() - from).toBeLessThan(GENEROUS_MS);
      expect(error).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
      expect(error.message).toMatch(says);
      expect(error.message.length + error.stack.length).toBeLessThan(10_000);
    });

    it.each(['AnswersThenable', 'AnswersProxy', 'AnswersGetter'] as const)('answered: %s', async (how) => {
      const one = await link(`${checks} ${how}`, { timeSliceMs: 5000 });
      expect(errorOf(one.tell(how))).toMatchObject({ code: 'InvalidType', started: true, blame: 'callee', expected: 'a string', actual: 'an object' });
      // It was no panic: the domain lives on.
      expect(errorOf(one.tell(how)).code).toBe('InvalidType');
    });

    it('answered: a text of 400 million characters is refused where it was made', async () => {
      const one = await link(`${checks} huge answer`, { timeSliceMs: 10_000, privateHeapBytes: 3 * 2 ** 30 });
      const error = errorOf(one.tell('AnswersHuge'));
      expect(['ResourceExhausted', 'DomainCrashed']).toContain(error.code);
      expect(error.message.length).toBeLessThan(1000);
    });
  });
});
