/** The ways in which obvious calls break: what an adversarial reading of the design found before there was any code. One test each; trap 20, of interface references, is in references.test.ts. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { boot, type DomainHandle, type KernelHandle, type Limits } from 'deciduous';
import { nowMs } from '../../dist/abi/clock.js';
import { CallState, R_DATA, R_STATE } from '../../dist/abi/record-layout.js';
import { packExtension } from '../../dist/pack/index.js';
import { Node } from '../fixtures/extensions/generated/calls.js';
import { Mortal } from '../fixtures/extensions/generated/deaths.js';
import { MEETINGS, type Meeting, meetEverywhere } from '../interleaving/call-meetings.js';
import { play, type Scene, SCENES, strikesOf } from '../interleaving/call-scenes.js';
import { Company, loadParts, type Parts, Premises } from '../interleaving/company.js';
import { Miniature } from '../interleaving/miniature.js';
import { SteppedBuild } from '../interleaving/stepped-build.js';
import { extension, valueOf } from './lab.js';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** What ends at all, ends within this on a busy machine. */
const GENEROUS_MS = 20_000;

describe('trap, stepped', () => {
  const build = new SteppedBuild(undefined, 'call-seam.mjs');
  let parts: Parts;
  beforeAll(async () => {
    parts = await loadParts(build.root);
  });
  afterAll(() => build.remove());

  it('13: a send is not lost, at whatever step of its callee’s death it comes', () => {
    const meeting = MEETINGS.find(({ name }) => name === 'the kernel marks a domain dead, and somebody sends to it') as Meeting;
    expect(meetEverywhere(new Premises(parts, false, true), meeting).failure).toBeNull();
  });

  it('14: nobody waits behind a caller that died between claim and send', () => {
    const premises = new Premises(parts, true);
    for (let at = 0, isOver = false; !isOver; at++) {
      const company = new Company(premises);
      const { A, B, C } = company;
      company.serve(B, { add: (a: number, b: number) => a + b });
      isOver = true;
      company.strikeBefore('A', 'atomic', at, () => {
        isOver = false;
        company.stop(A, 'terminate()');
      });
      company.as(A, () => void company.send(A, B, 'add', 1, 2));
      parts.seam.arm(null);
      // The kernel has done nothing yet: what A has claimed is claimed.
      company.as(C, () => {
        const sent = company.send(C, B, 'add', 3, 4);
        company.as(B, () => void B.endpoint.serveAll());
        company.take(sent);
        expect(sent.told.result).toEqual({ ok: true, value: 7 });
      });
      company.finish();
      expect(company.findings(), `before step ${at}`).toEqual([]);
    }
  });

  it('14: a thread that dies while it is counted among those that spin is counted no more', () => {
    const premises = new Premises(parts, false);
    const scene = SCENES.find(({ name }) => name === 'a call of numbers alone') as Scene;
    let spinning = 0;
    for (const strike of strikesOf(premises, scene).filter((each) => each.kind === 'alone' && each.clock === 'A' && each.way === 'terminate()')) {
      const { company, findings } = play(premises, scene, strike);
      expect(findings).toEqual([]);
      if (company.deaths.length > 0) spinning++;
    }
    expect(spinning).toBeGreaterThan(3);
  });
});

describe('trap, on threads', () => {
  let kernel: KernelHandle;
  let leaf: Awaited<ReturnType<typeof packExtension>>;
  const loaded: DomainHandle[] = [];
  beforeAll(async () => {
    kernel = await boot({ spares: 2 });
    leaf = await packExtension(extension('deaths/mortal.ts'));
  });
  afterAll(async () => {
    for (const domain of loaded) await domain.unload();
    expect(await kernel.audit()).toEqual([]);
    await kernel.close();
  });

  async function load(name: string, limits: Partial<Limits>): Promise<{ domain: DomainHandle; mortal: Mortal }> {
    const domain = await kernel.load(leaf, { name, limits });
    loaded.push(domain);
    return { domain, mortal: domain.get(Mortal) };
  }
  async function pair(limits: Partial<Limits>): Promise<{ domain: DomainHandle; mortal: Mortal }[]> {
    const [a, b] = [await load('a', limits), await load('b', limits)];
    valueOf(a.mortal.meet(b.mortal));
    valueOf(b.mortal.meet(a.mortal));
    return [a, b];
  }

  it('13: a reply whose ring was lost is found all the same', async () => {
    const world = new Miniature();
    const { words } = world.shared.controlViews;
    const caller = world.peer.endpoint;
    // Another thread answers, as a callee does that dies between its last swap and the ring.
    const silent = `
      const { workerData: { control, first, words, state, sent, replied, data } } = require('node:worker_threads');
      const view = new Int32Array(control);
      for (;;) for (let at = first; at < first + 256 * words; at += words) {
        const word = Atomics.load(view, at + state);
        if ((word & 15) !== sent) continue;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60);
        view[at + data] = 42;
        Atomics.store(view, at + state, (word & ~15) | replied);
        process.exit(0);
      }`;
    const first = world.peer.endpoint.space.at(2 * 256);
    const data = { control: words.buffer, first, words: 128, state: R_STATE, sent: CallState.Sent, replied: CallState.Replied, data: R_DATA };
    const worker = new Worker(silent, { eval: true, workerData: data });
    await new Promise((resolve) => worker.once('online', resolve));
    const began = Date.now();
    expect(caller.caller.call(world.target(world.victim), world.method(world.peer, 'work'), [1], Number.POSITIVE_INFINITY)).toEqual({ ok: true, value: 42 });
    expect(Date.now() - began).toBeLessThan(GENEROUS_MS);
    await worker.terminate();
  });

  it('15: of a chain in which one hangs the others live, though all have waited for longer than their slices', async () => {
    const [a, b] = await pair({ timeSliceMs: 60 });
    kernel.once('log', () => void b.mortal.async.letGo());
    expect(valueOf(await a.mortal.async.roundTrip('Hang'))).toMatch(/^(TimedOut|DomainCrashed) /);
    await expect.poll(() => b.domain.isLive).toBe(false);
    expect(a.domain.isLive).toBe(true);
    expect(valueOf(a.mortal.work(1))).toBeGreaterThan(0);
  });

  it('16: which call is current is known after an await: a chain of calls that are made after one has an end', async () => {
    const [a] = await pair({ timeSliceMs: 20_000 });
    const dives = await Promise.all([a.mortal.async.dive(100), a.mortal.async.dive(20), a.mortal.async.dive(100)]);
    expect(dives.map((each) => valueOf(each))).toEqual(['ResourceExhausted', 'bottom', 'ResourceExhausted']);
  });

  it('17: timers and promise jobs run though calls come without a pause', async () => {
    for (const where of ['timer', 'job']) {
      const { mortal } = await load('hot', { timeSliceMs: 20_000 });
      expect(valueOf(mortal.dieLater(where, 'Panic'))).toBe(1);
      // This thread does nothing but call: the domain is never without work.
      const began = Date.now();
      let calls = 0;
      while (mortal.finished().ok) {
        calls++;
        if (Date.now() - began > GENEROUS_MS) break;
      }
      expect(Date.now() - began, `${where}, after ${calls} calls`).toBeLessThan(GENEROUS_MS);
    }
  });

  it('19: of two that wait for each other one fails, and not both', async () => {
    const file = extension('calls/node.ts');
    const nodes: Node[] = [];
    for (const name of ['x', 'y']) {
      const domain = await kernel.load(file, { name, limits: { timeSliceMs: 20_000 } });
      loaded.push(domain);
      nodes.push(domain.get(Node));
    }
    valueOf(nodes[0].meet(nodes[1]));
    valueOf(nodes[1].meet(nodes[0]));
    for (let met = 0, tries = 0; met === 0; tries++) {
      const outcomes = (await Promise.all(nodes.map((node) => node.async.collide(20_000_000)))).map((outcome) => valueOf(outcome));
      expect(outcomes.filter((outcome) => outcome === 'Deadlock').length).toBeLessThan(2);
      met = outcomes.filter((outcome) => outcome === 'Deadlock').length;
      if (tries > 20) break;
    }
  });

  it('21: every thread reads one clock, whenever it began', async () => {
    await pause(300);
    const clock = new URL('../../dist/abi/clock.js', import.meta.url).href;
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads'); import('${clock}').then(({ nowMs }) => parentPort.postMessage(nowMs()));`,
      {
        eval: true,
      },
    );
    const before = nowMs();
    const theirs = await new Promise<number>((resolve) => worker.once('message', resolve));
    expect(theirs).toBeGreaterThanOrEqual(before - 1);
    expect(theirs).toBeLessThanOrEqual(nowMs() + 1);
    await worker.terminate();
  });

  it('18: a host that awaits a call when the kernel’s thread throws is told, and comes to its end', async () => {
    const program = `
      import workers from 'node:worker_threads';
      import { syncBuiltinESMExports } from 'node:module';
      import { writeFileSync } from 'node:fs';
      const flag = process.argv[4];
      const started = [];
      const { Worker } = workers;
      // The kernel's thread, and an exception in it that nobody catches.
      workers.Worker = class extends Worker {
        constructor(file, options) {
          const bomb = 'import { existsSync } from "node:fs"; setInterval(() => { if (existsSync(' + JSON.stringify(flag) + ')) throw new Error("the kernel has a bug"); }, 20);';
          super(new URL('data:text/javascript,' + encodeURIComponent('import ' + JSON.stringify(String(file)) + ';' + bomb)), options);
          started.push(this);
        }
      };
      syncBuiltinESMExports();
      const { boot } = await import(process.argv[1]);
      const Mortal = JSON.parse(process.argv[2]);
      const kernel = await boot({ spares: 1 });
      const domain = await kernel.load(JSON.parse(process.argv[3]), { name: 'hanging', limits: { timeSliceMs: 600000 } });
      // Not before the call has begun.
      kernel.once('log', () => writeFileSync(flag, ''));
      const answer = await domain.get(Mortal).async.die('Hang');
      console.log(answer.error.code);
      await kernel.close();
      console.log('closed');
    `;
    const host = new URL('../../dist/host/index.js', import.meta.url).href;
    const folder = mkdtempSync(path.join(tmpdir(), 'call-traps-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const words = [host, JSON.stringify(Mortal), JSON.stringify(leaf), path.join(folder, 'flag')];
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...words]);
    let said = '';
    child.stdout.on('data', (part) => (said += part));
    child.stderr.on('data', (part) => (said += part));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(said.trim().split('\n')).toEqual(['KernelDied', 'closed']);
    expect(code).toBe(0);
  });
});
