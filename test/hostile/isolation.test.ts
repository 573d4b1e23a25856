import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boot, type DomainHandle, type KernelHandle, type RRef } from 'deciduous';
import { GLOBAL_NAMES } from '../../dist/domains/global-names.js';
import { Desk, Leaf, Peer, Suspect } from '../fixtures/extensions/generated/hostile.js';
import { errorOf, extension, valueOf } from '../semantics/lab.js';

type Outcomes = { [name: string]: string };

/** What a domain has, and nothing else. A name that appears here by accident, with a new Node or SES, is a decision that nobody took. */
const GLOBALS = [
  'AggregateError',
  'Array',
  'ArrayBuffer',
  'BigInt',
  'BigInt64Array',
  'BigUint64Array',
  'Boolean',
  'DataView',
  'Date',
  'Error',
  'EvalError',
  'Float32Array',
  'Float64Array',
  'Function',
  'Infinity',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'Proxy',
  'RangeError',
  'ReferenceError',
  'Reflect',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'Symbol(Symbol.unscopables)',
  'SyntaxError',
  'TypeError',
  'URIError',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'WeakMap',
  'WeakSet',
  'clearInterval',
  'clearTimeout',
  'console',
  'decodeURI',
  'decodeURIComponent',
  'encodeURI',
  'encodeURIComponent',
  'escape',
  'globalThis',
  'isFinite',
  'isNaN',
  'parseFloat',
  'parseInt',
  'queueMicrotask',
  'setInterval',
  'setTimeout',
  'undefined',
  'unescape',
];
/** What newer versions of Node bring of the names that are allowed. */
const NEWER = ['AsyncIterator', 'Float16Array', 'Iterator'];

describe.each(['fast', 'paranoid'] as const)('a hostile domain, with checks: %s', (checks) => {
  let kernel: KernelHandle;
  let peer: DomainHandle;
  let domain: DomainHandle;
  let suspect: Suspect;

  beforeAll(async () => {
    kernel = await boot({ spares: 1, checks });
    peer = await kernel.load(extension('hostile/peer.ts'), { name: 'peer' });
    domain = await kernel.load(extension('hostile/suspect.ts'), { name: 'suspect', grant: { peer: peer.get(Peer) }, limits: { timeSliceMs: 20_000 } });
    suspect = domain.get(Suspect);
  });

  afterAll(async () => {
    // Whatever was tried, the neighbour answers and every block and record is accounted for.
    expect(valueOf(peer.get(Peer).add(20, 22))).toBe(42);
    await domain.unload();
    // Blocks that came back to the peer's pages wait there until it allocates again, or ends.
    await peer.unload();
    expect(await kernel.audit()).toEqual([]);
    expect((await kernel.stats()).heap.byOwner).toEqual({});
    await kernel.close();
  });

  const probe = async (name: string): Promise<Outcomes> => JSON.parse(valueOf(await suspect.async.probe(name))) as Outcomes;
  const leaf = (n = 1, next: RRef<Leaf> | null = null): RRef<Leaf> => kernel.heap.alloc(Leaf, { text: `leaf ${n}`, data: new Uint8Array([1, 2, 3]), n, next });

  it('has exactly the globals of the list', async () => {
    const names = (await probe('globals')) as unknown as string[];
    expect(names.filter((name) => !NEWER.includes(name))).toEqual(GLOBALS);
    expect([...GLOBAL_NAMES].sort()).toEqual([...GLOBALS, ...NEWER].filter((name) => !name.startsWith('Symbol(')).sort());
  });

  it('reaches no shared memory, no object of Node, nothing unfrozen of its runtime and no place in the host, wherever it walks', async () => {
    const { count, findings } = (await probe('walk')) as unknown as { count: number; findings: { what: string; path: string }[] };
    expect(count).toBeGreaterThan(700);
    // SES answers an inert function of its own, made anew for whoever asks.
    expect(findings.filter(({ path }) => !/^globalThis\.\w*Error\.prepareStackTrace$/.test(path))).toEqual([]);
  });

  it('compiles nothing: every constructor of functions refuses, and what evaluates is absent', async () => {
    for (const [name, outcome] of Object.entries(await probe('evaluate'))) expect(outcome, name).toMatch(/^undefined$|^threw TypeError/);
  });

  it('reads no path of host or kernel in stacks, messages or texts of functions, nor in what a crashed peer left', async () => {
    const other = await kernel.load(extension('hostile/peer.ts'), { name: 'victim' });
    const reader = await kernel.load(extension('hostile/suspect.ts'), { name: 'reader', grant: { peer: other.get(Peer) }, limits: { timeSliceMs: 20_000 } });
    const texts = JSON.parse(valueOf(await reader.get(Suspect).async.probe('places'))) as string[];
    for (const text of texts) expect(text).not.toMatch(/file:\/\/|node:|node_modules|\/dist\/|\/src\/|\.js:\d/);
    // The peer's own words do reach its caller, or the check above shows nothing.
    expect(texts.at(-1)).toContain('the peer was told to crash');
    await reader.unload();
    await other.unload();
  });

  it('forges no handle', async () => {
    const outcomes = await probe('forgeHandle');
    for (const [name, outcome] of Object.entries(outcomes)) {
      if (name === 'sent' || name === 'sentWrapped') expect(outcome).toBe('got InvalidType');
      else expect(outcome, name).toMatch(/^threw /);
    }
  });

  it('forges no capability and no error of the system', async () => {
    const { statics, ...outcomes } = await probe('forgeProxy');
    for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).toMatch(/^threw (TypeError|InvalidType)/);
    expect(statics).toEqual(['length', 'name', 'prototype']);
    const { hasInstance, ...errors } = await probe('forgeErrors');
    for (const [name, outcome] of Object.entries(errors)) expect(outcome, name).toMatch(/^threw TypeError/);
    expect(hasInstance).toBe('asked 0 times');
  });

  it('replaces nothing that the runtime would call with its views of the heap', async () => {
    const { stolen, ...outcomes } = await probe('stealViews');
    for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).toMatch(/^threw TypeError/);
    expect(stolen).toBe('nothing');
    expect(await probe('makeOfBytes')).toBe('4,5');
  });

  it('uses no handle, view or bytes after their end', async () => {
    const outcomes = await probe('stale');
    const answers: Outcomes = {
      'dispose after drop': 'got undefined',
      'send twice': 'got LifetimeViolation',
      'what came back': 'got sent below',
      taken: 'got below',
      'take of nothing': 'got null',
      'a view sent': 'got LifetimeViolation',
    };
    for (const [name, outcome] of Object.entries(outcomes)) {
      if (name in answers) expect(outcome, name).toBe(answers[name]);
      else expect(outcome, name).toMatch(/^threw LifetimeViolation/);
    }
  });

  it('moves nothing twice, and nothing that it lends in the same call, its children included', async () => {
    expect(await probe('twiceInOneValue')).toEqual({
      'moved twice': 'got LifetimeViolation',
      'lent and moved': 'got LifetimeViolation',
      'child lent, root moved': 'got LifetimeViolation',
      'still mine': 'got one',
    });
  });

  it('gains nothing by getters that drop, send, take or resize what is being read', async () => {
    expect(await probe('getters')).toMatchObject({
      'dropped by a later getter': expect.stringMatching(/^threw LifetimeViolation/),
      'sent while it is sent': 'got true',
      'resized while it is read': expect.stringMatching(/^threw (InvalidType|TypeError: Cannot resize)/),
      'shrunk while it is read': expect.stringMatching(/^threw (InvalidType|TypeError: Cannot resize)/),
      'assigned from its own getter': expect.stringMatching(/^threw InvalidType/),
      'taken while it is assigned': 'got 2',
      reentrant: 'got 5',
    });
  });

  it('is believed by the internal slots of its arrays alone', async () => {
    const outcomes = await probe('lying');
    expect(outcomes).toMatchObject({
      subclass: 'got 4',
      'own length': 'got 3',
      'array-like': 'got InvalidType',
      'lying proxy': 'got InvalidType',
      'good proxy': 'got 1,2,3,4',
      sparse: 'got InvalidType',
      'huge sparse': 'got InvalidType',
      Float64Array: 'got 1,2,3,4',
      DataView: 'got InvalidType',
      'copyTo a liar': 'got 2',
      'at beyond': 'got ,,,',
    });
    for (const name of ['copyTo beyond', 'set beyond', 'set a liar', 'slice beyond', 'negative slice', 'NaN slice'])
      expect(outcomes[name], name).toMatch(/^threw RangeError/);
  });

  it('sends of each scalar type what the type holds, and nothing else', async () => {
    const integer = ['-0 as 0'];
    const fractional = ['256', '-0', 'NaN', 'Infinity', '2**53', '2**32', '-1', '0.5'];
    expect(await probe('scalars')).toEqual({
      flag: ['true'],
      a: integer,
      b: ['256', ...integer],
      c: ['256', ...integer],
      d: ['1n'],
      e: [...integer, '-1'],
      f: ['256', ...integer, '-1'],
      g: ['256', ...integer, '-1'],
      h: ['1n', '-1n'],
      x: fractional,
      y: fractional,
    });
  });

  it('sends no lone surrogate, and every other text unchanged', async () => {
    expect(await probe('texts')).toEqual({
      'lone high surrogate': 'got InvalidType',
      'lone low surrogate': 'got InvalidType',
      pair: 'got same true',
      nul: 'got same true',
      bom: 'got same true',
      empty: 'got same true',
      boxed: 'got InvalidType',
      long: 'got same true',
    });
  });

  it('sends variants whose tag is read once, and no keys of its own', async () => {
    expect(await probe('shapes')).toEqual({
      'proto tag': 'got {"tag":"Circle","value":2}',
      'own proto': 'got {"tag":"Nothing"}',
      constructor: 'got InvalidType',
      number: 'got InvalidType',
      'a hundred tags': 'got InvalidType',
      surplus: 'got {"tag":"Nothing"}',
      nan: 'got {"tag":"Circle","value":null}',
      changing: 'got {"tag":"Named","value":"n"}',
      'two-faced': 'got {"tag":"Circle","value":4}',
    });
  });

  it("pollutes no prototype, neither its own realm's nor the host's", async () => {
    const { 'still calls': still, ...outcomes } = await probe('pollute');
    for (const [name, outcome] of Object.entries(outcomes)) expect(outcome, name).toMatch(/^threw TypeError/);
    expect(still).toBe('got 5');
    const wide = valueOf(await suspect.async.wide('polluting')) as unknown as { [key: string]: unknown };
    expect(Reflect.ownKeys(wide)).toEqual(['flag', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'x', 'y']);
    expect(Object.getPrototypeOf(wide)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('changes, frees, keeps or moves nothing that was lent to it', async () => {
    const lent = leaf(1, leaf(2));
    const outcomes = JSON.parse(valueOf(await suspect.async.touch('lent', lent, leaf(9)))) as Outcomes;
    for (const name of ['write', 'write text', 'drop', 'take', 'attach', 'set bytes', 'write below'])
      expect(outcomes[name], name).toMatch(/^threw LifetimeViolation/);
    expect(outcomes).toMatchObject({ move: 'got LifetimeViolation', 'lend on': 'got 2', dispose: 'got undefined', 'still there': 'got leaf 1 1' });
    valueOf(await suspect.async.touch('keep', lent, leaf(8)));
    for (const outcome of Object.values(JSON.parse(valueOf(await suspect.async.touch('kept', lent, leaf(7)))) as Outcomes)) {
      expect(outcome).toMatch(/LifetimeViolation/);
    }
    lent.drop();
  });

  it('gives the host plain data, of the declared type, whatever it returns', async () => {
    for (const name of ['thenable', 'boxed', 'valueOf', 'toJSON', 'proxy', 'fraction', 'negative', 'nothing', 'wrappedPromise']) {
      expect(errorOf(await suspect.async.number(name)), name).toMatchObject({ code: 'InvalidType', blame: 'callee', started: true });
    }
    expect(valueOf(await suspect.async.number('promise'))).toBe(7);
    expect(valueOf(await suspect.async.number('subclass'))).toBe(8);
    expect(valueOf(await suspect.async.number('foreignThen'))).toBe(9);
    // A species of its own is its own end at the most: the neighbour and the host go on.
    const other = await kernel.load(extension('hostile/suspect.ts'), { name: 'species', grant: { peer: peer.get(Peer) } });
    const species = await other.get(Suspect).async.number('foreignSpecies');
    if (species.ok) expect(species.value).toBe(10);
    else expect(species.error).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    await other.unload();
    expect(valueOf(await suspect.async.wide('inherited'))).toMatchObject({ flag: true, d: 1n });
    const list = valueOf(await suspect.async.list('subclass'));
    expect(list).toEqual([2, 2, 2, 2]);
    expect(Object.getPrototypeOf(list)).toBe(Array.prototype);
    expect(valueOf(await suspect.async.list('proxy'))).toEqual([1, 2, 3, 4]);
    expect(errorOf(await suspect.async.text('object')).code).toBe('InvalidType');
    expect(errorOf(await suspect.async.text('huge')).code).toBe('ResourceExhausted');
    const bytes = valueOf(await suspect.async.bytes('own'));
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(Reflect.ownKeys(bytes)).toEqual(['0', '1', '2']);
    expect(bytes.buffer.constructor).toBe(ArrayBuffer);
    expect(valueOf(await suspect.async.bytes('view'))).toEqual(new Uint8Array([5, 6]));
    expect(errorOf(await suspect.async.twice('')).code).toBe('LifetimeViolation');
    const held = valueOf(await suspect.async.shape('held'));
    if (held.tag === 'Held') held.value.drop();
    expect(held.tag).toBe('Held');
  });

  it('answers Results that are true or false, and panics on a getter that throws', async () => {
    const lent = leaf();
    expect(valueOf(await suspect.async.verdict('good', lent))).toEqual({ ok: true, value: 3 });
    expect(valueOf(await suspect.async.verdict('bad', lent))).toEqual({ ok: false, error: 'Bad' });
    expect(errorOf(await suspect.async.verdict('unknown', lent)).code).toBe('InvalidType');
    expect(errorOf(await suspect.async.verdict('truthy', lent)).code).toBe('InvalidType');
    const other = await kernel.load(extension('hostile/suspect.ts'), { name: 'thrower', grant: { peer: peer.get(Peer) } });
    expect(errorOf(await other.get(Suspect).async.verdict('throws', lent))).toMatchObject({ code: 'DomainCrashed', cause: 'panic' });
    await other.unload();
    lent.drop();
  });

  it.each(['forges', 'forgesByProxy', 'forgesByConstructor'])('%s: an error of the system that it made itself is a panic of its own', async (name) => {
    const lent = leaf();
    const other = await kernel.load(extension('hostile/suspect.ts'), { name: 'forger', grant: { peer: peer.get(Peer) } });
    expect(errorOf(await other.get(Suspect).async.verdict(name, lent))).toMatchObject({ code: 'DomainCrashed', cause: 'panic', domain: 'forger' });
    await other.unload();
    lent.drop();
  });

  it.each(['lendsOn', 'lies'])('a getter of a result that lends on what was lent (%s) ends no borrow early', async (name) => {
    const lent = leaf(5);
    const other = await kernel.load(extension('hostile/suspect.ts'), { name: 'lender', grant: { peer: peer.get(Peer) } });
    const began = Date.now();
    expect(errorOf(await other.get(Suspect).async.verdict(name, lent))).toMatchObject({ code: 'DomainCrashed', cause: 'panic', started: true });
    // The peer still reads the leaf: until it has answered, nobody may write it.
    while (Date.now() - began < 300) {
      expect(() => {
        lent.n = 6;
      }).toThrow(/borrows/);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await other.unload();
    await expect
      .poll(
        async () => {
          await kernel.audit();
          try {
            lent.n = 6;
            return lent.n;
          } catch {
            return 0;
          }
        },
        { timeout: 60_000 },
      )
      .toBe(6);
    lent.drop();
  });
});

describe('the host', () => {
  it('builds no extension that imports what is known only when it runs, nor one that names the address of its module', async () => {
    const kernel = await boot({ spares: 0 });
    await expect(kernel.load(extension('hostile/imports.ts'))).rejects.toMatchObject({ code: 'PACK009' });
    await expect(kernel.load(extension('hostile/address.ts'))).rejects.toMatchObject({ code: 'PACK014' });
    await kernel.close();
  });

  it('stays able when a function that it provides throws', async () => {
    const kernel = await boot({ spares: 1 });
    const desk = kernel.provide(Desk, {
      ask(question) {
        if (question === 'throw') throw new Error('the host has a bug');
        return question.length;
      },
      show: (leaf) => leaf.n,
    });
    const domain = await kernel.load(extension('hostile/visitor.ts'), { name: 'visitor', grant: { desk } });
    const suspect = domain.get(Suspect);
    expect(valueOf(await suspect.async.probe('fine'))).toBe('4');
    const failed = JSON.parse(valueOf(await suspect.async.probe('throw'))) as { ok: boolean; code: string; message: string; stack: string };
    expect(failed).toMatchObject({ ok: false, code: 'DomainCrashed' });
    // The host's own trace is the host's business.
    expect(`${failed.message} ${failed.stack}`).not.toMatch(/file:|node:|\.ts:|\.js:/);
    expect(valueOf(await suspect.async.probe('fine'))).toBe('4');
    const note = kernel.heap.alloc(Leaf, { text: 'the heap of the host works', data: new Uint8Array(), n: 1, next: null });
    note.drop();
    expect(await kernel.audit()).toEqual([]);
    await kernel.close();
  });
});
