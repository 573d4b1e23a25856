/** One case in a domain of a kernel, with a neighbour beside it; writes what was observed. The leaves are built by its parent: most of a child's time would be the build's. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { boot } from '../../../../dist/host/index.js';
import { stopsOf } from './fuel-stops.mjs';
import { Desk, Leaf, Peer, Suspect } from './hostile-tokens.mjs';
import { askAllTheTime } from './neighbour.mjs';
import {
  eventually,
  finish,
  hashOfIntrinsics,
  longestWaitMs,
  pause,
  peakMib,
  readCase,
  resetPeak,
  resources,
  threadsOf,
  waits,
  watchLag,
} from './watching.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const LIMITS = { timeSliceMs: 80, privateHeapBytes: 64 * 2 ** 20, sharedHeapBytes: 8 * 2 ** 20 };
const LENT = { text: 'lent', data: new Uint8Array(1000).fill(5), n: 41, next: null };
/** How long the neighbour is timed before the attack. */
const CALM_MS = 60;

const asked = await readCase();
const secret = randomUUID();
process.env.HOST_CANARY = secret;
globalThis.hostCanary = secret;

const { leaf = null, refused = null } = asked.built;

const kernel = await boot({ spares: 0 });
const crashes = [];
let isCondemned = false;
let guestText = '';
kernel.on('crash', ({ domain, cause, message, stack }) => {
  if (domain === 'attacker') crashes.push({ cause, text: `${message}\n${stack}`.slice(0, 2000) });
});
kernel.on('condemned', () => (isCondemned = true));
kernel.on('log', ({ text }) => (guestText = (guestText + text).slice(-100_000)));
const desk = kernel.provide(Desk, {
  ask(question) {
    if (question === 'fail') throw new Error('the host failed');
    return question.length;
  },
  show: (lent) => lent.n,
});
const neighbour = await kernel.load(JSON.parse(readFileSync(asked.neighbour, 'utf8')), { name: 'neighbour', limits: { timeSliceMs: 10_000 } });
const peer = neighbour.get(Peer);
// The pool of Node's own threads starts when it is first used; it is none of the attack's.
await Promise.all(Array.from({ length: 8 }, () => stat(here)));
// All threads that there are now serve the innocent: the host's, the kernel's, the neighbour's, and those of V8 and of Node's pool.
const innocent = threadsOf();
const asking = askAllTheTime(peer, innocent);
await pause(CALM_MS);

const intrinsicsBefore = hashOfIntrinsics();
const before = resources();
resetPeak();
asking.calm();
const lag = watchLag(innocent);
const began = performance.now();
const waitedBefore = waits();
const lent = kernel.heap.alloc(Leaf, LENT);
const mine = () => kernel.heap.alloc(Leaf, { ...LENT, n: 1 });
const answerOf = (result) =>
  result.ok
    ? { kind: 'answers', text: String(result.value).slice(0, 2000) }
    : {
        kind: 'error',
        code: result.error.code,
        cause: String(result.error.cause ?? ''),
        message: String(result.error.message).slice(0, 2000),
        isTyped:
          result.error instanceof Error &&
          typeof result.error.started === 'boolean' &&
          Object.getPrototypeOf(Object.getPrototypeOf(result.error)) === Error.prototype,
      };

let outcome = refused;
let domain = null;
let fresh = null;
let settledMs = 0;
if (leaf !== null) {
  let suspect = null;
  try {
    domain = await kernel.load(leaf, {
      name: 'attacker',
      grant: { peer, desk },
      limits: { ...LIMITS, ...asked.limits },
      restart: { when: 'on-crash', intensity: 3, periodMs: 10_000, rebind: true },
    });
    suspect = domain.get(Suspect);
    outcome = answerOf(await suspect.async.touch('attack', lent, mine(), { timeoutMs: asked.deadlineMs }));
  } catch (error) {
    outcome = {
      kind: 'error',
      code: String(error.code ?? error.name),
      cause: '',
      message: String(error.message).slice(0, 2000),
      isTyped: error instanceof Error,
    };
  }
  settledMs = performance.now() - began - longestWaitMs(waitedBefore);
  const mayGoOn = asked.ends.includes('answers') || asked.ends.includes('error');
  if (domain !== null && crashes.length === 0) await eventually(() => crashes.length > 0, outcome.code === 'TimedOut' || !mayGoOn ? 5000 : 200);
  // A thread that does not stop is told after three seconds.
  const lives = async () => (await kernel.stats()).domains.some(({ name, state }) => name === 'attacker' && state === 'live');
  if (crashes.length > 0) await eventually(async () => isCondemned || (await lives()), 4500);
  if (domain !== null && !isCondemned) {
    // A panic may be seen only when it is called again, and a new life takes its time on a busy machine.
    let next = { text: 'nothing' };
    await eventually(async () => {
      next = answerOf(await suspect.async.text('fresh', { timeoutMs: 4000 }));
      return next.kind === 'answers';
    }, 8000);
    const stats = (await kernel.stats()).domains.find(({ name }) => name === 'attacker');
    fresh = {
      text: next.text ?? next.code,
      crashes: Object.values(stats?.crashes ?? {}).reduce((sum, count) => sum + count, 0),
      restarts: stats?.restarts ?? 0,
    };
    await Promise.race([domain.unload(), pause(4000)]);
  }
}
const lagged = lag.stop();
const timed = await asking.stop();
let lentState = 'still lent';
// What the dead had lent on is back when those whom it had called have answered: the neighbour rests for a second at the most.
await eventually(() => {
  try {
    const isIntact = lent.text === LENT.text && lent.n === LENT.n && lent.data.toUint8Array().every((byte) => byte === 5) && lent.data.length === 1000;
    lent.n = 42;
    lentState = isIntact ? 'intact' : 'changed';
  } catch {
    return false;
  }
  lent.drop();
  return true;
}, 4000);
let audit = [];
if (!isCondemned) {
  await eventually(async () => (audit = (await kernel.audit()).map(({ invariant, detail }) => `${invariant}: ${detail}`)).length === 0, 3000);
  let owners = [];
  // What the dead lent is nobody's until those who borrowed it have answered.
  await eventually(async () => {
    owners = Object.keys((await kernel.stats()).heap.byOwner).filter((owner) => owner !== '(being freed)' && owner !== 'neighbour' && owner !== 'host');
    return owners.length === 0;
  }, 3000);
  audit.push(...owners.map((owner) => `blocks belong to ${owner}`));
  await eventually(() => {
    const now = resources();
    return now.threads <= before.threads && now.fds <= before.fds;
  }, 3000);
  // The V8 of Node 24 keeps freed pages for eight seconds before it gives them back.
  await eventually(() => resources().rssMib - before.rssMib < 90, 12_000);
}
const after = resources();
const peak = peakMib();
const stops = leaf === null || isCondemned ? null : await stopsOf(kernel, leaf, peer, asked);
const told = JSON.stringify([outcome, crashes, guestText]);
finish({
  outcome,
  settledMs,
  crashes,
  isCondemned,
  lag: lagged,
  neighbour: timed,
  before,
  after,
  peakMib: peak,
  intrinsics: { before: intrinsicsBefore, after: hashOfIntrinsics() },
  seesSecret: told.includes(secret) || (outcome.kind !== 'refused' && told.includes(path.resolve(here, '../../../..'))),
  audit,
  fresh,
  lent: domain === null ? null : lentState,
  stops,
});
