/** One case in a domain of a kernel, with a neighbour beside it; writes what was observed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { boot } from '../../../../dist/host/index.js';
import { packExtension } from '../../../../dist/pack/index.js';
import { eventually, finish, hashOfIntrinsics, pause, PRELUDE, readCase, resources, watchLag } from './watching.mjs';
import { Desk, Leaf, Peer, Suspect } from './hostile-tokens.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const FIXTURES = '../../../../../fixtures/extensions';
const LIMITS = { timeSliceMs: 150, privateHeapBytes: 64 * 2 ** 20, sharedHeapBytes: 8 * 2 ** 20 };
const LENT = { text: 'lent', data: new Uint8Array(1000).fill(5), n: 41, next: null };

const asked = await readCase();
const secret = randomUUID();
process.env.HOST_CANARY = secret;
globalThis.hostCanary = secret;

function extensionOf({ code, where = 'method' }) {
  const body = `${PRELUDE}\n${code}\n`;
  const top = where === 'top' ? `const host = {}; const lent = null;\n${body.replace(/\breturn\b/g, 'void')}` : '';
  return `import { defineDomain, RRefArray, RRefDeque, RRefVec } from 'deciduous/domain';
import { Desk, Leaf, Peer, Suspect } from '${FIXTURES}/generated/hostile.js';
${top}
const kept = [];
const attack = (host, lent) => { ${where === 'method' ? body : 'return "held"'} };
export default defineDomain({
  provides: { suspect: Suspect },
  imports: { peer: Peer, desk: Desk },
  init({ heap, imports, incarnation, revoke }) {
    const of = (result) => { if (!result.ok) throw result.error; return result.value; };
    const host = { add: (a, b) => of(imports.peer.add(a, b)), fail: () => of(imports.desk.ask('fail')), ask: (what) => of(imports.desk.ask(what)), imports, heap, revoke, Leaf, Desk, Peer };
    ${where === 'init' ? `const lent = null;\n(() => { ${body} })();` : ''}
    const text = (name, lent) => name === 'fresh' ? (kept.length === 0 ? 'life ' + incarnation : 'not fresh') : attack(host, lent);
    const nothing = () => 0;
    return { suspect: { text: (name) => text(name, null), touch: (name, lent, mine) => { mine.drop(); kept.push(1); return text(name, lent); },
      probe: nothing, number: nothing, verdict: nothing, wide: nothing, list: nothing, bytes: nothing, shape: nothing, twice: nothing, attack: nothing } };
  },
});
`;
}

const scratch = path.join(here, '.scratch');
mkdirSync(scratch, { recursive: true });
const folder = mkdtempSync(path.join(scratch, `${asked.id}-`));
const file = path.join(folder, 'extension.js');
let leaf = null;
let outcome = null;
try {
  writeFileSync(file, extensionOf(asked));
  leaf = await packExtension(file);
} catch (error) {
  outcome = { kind: 'refused', code: String(error.code ?? error.diagnostics?.[0]?.code ?? error.name), message: String(error.message).slice(0, 500) };
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const kernel = await boot({ spares: 1 });
const crashes = [];
let isCondemned = false;
let guestText = '';
kernel.on('crash', ({ domain, cause, message, stack }) => {
  if (domain === 'attacker') crashes.push({ cause, text: `${message}\n${stack}`.slice(0, 2000) });
});
kernel.on('condemned', () => (isCondemned = true));
kernel.on('log', ({ text }) => (guestText = (guestText + text).slice(-100_000)));
let suspect = null;
const desk = kernel.provide(Desk, {
  ask(question) {
    if (question === 'fail') throw new Error('the host failed');
    return question.length;
  },
  show: (lent) => lent.n,
});
const neighbour = await kernel.load(await packExtension(path.join(here, '../../../fixtures/extensions/hostile/peer.ts')), {
  name: 'neighbour',
  limits: { timeSliceMs: 10_000 },
});
const peer = neighbour.get(Peer);
// The pool of Node's own threads starts when it is first used; it is none of the attack's.
await Promise.all(Array.from({ length: 8 }, () => stat(here)));
await eventually(async () => (await kernel.stats()).spares === 1, 5000);
await pause(50);

const intrinsicsBefore = hashOfIntrinsics();
const before = resources();
const lag = watchLag();
const latencies = [];
let wrong = 0;
let isOver = false;
const asking = (async () => {
  for (let round = 1; !isOver || round === 1; round++) {
    const began = performance.now();
    const [sum, pair] = await Promise.all([peer.async.add(round, 1), peer.async.pair([round, 'still here'])]);
    latencies.push(performance.now() - began);
    if (!sum.ok || sum.value !== round + 1 || !pair.ok || pair.value[0] !== round || pair.value[1] !== 'still here') wrong++;
    await pause(1);
  }
})();

const began = performance.now();
let domain = null;
let lentState = null;
let fresh = null;
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
let settledMs = 0;
if (leaf !== null) {
  try {
    domain = await kernel.load(leaf, {
      name: 'attacker',
      grant: { peer, desk },
      limits: { ...LIMITS, ...asked.limits },
      restart: { when: 'on-crash', intensity: 3, periodMs: 10_000, rebind: true },
    });
    suspect = domain.get(Suspect);
    outcome = answerOf(await suspect.async.touch('attack', lent, mine(), { timeoutMs: 9000 }));
  } catch (error) {
    outcome = {
      kind: 'error',
      code: String(error.code ?? error.name),
      cause: '',
      message: String(error.message).slice(0, 2000),
      isTyped: error instanceof Error,
    };
  }
  settledMs = performance.now() - began;
  const mayGoOn = asked.ends.includes('answers') || asked.ends.includes('error');
  if (domain !== null && crashes.length === 0) await eventually(() => crashes.length > 0, outcome.code === 'TimedOut' || !mayGoOn ? 5000 : 300);
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
isOver = true;
await asking;
try {
  lentState =
    lent.text === LENT.text && lent.n === LENT.n && lent.data.toUint8Array().every((byte) => byte === 5) && lent.data.length === 1000 ? 'intact' : 'changed';
  lent.n = 42;
  lent.drop();
} catch {
  lentState = 'still lent';
}
const lagMs = lag.stop();
let audit = [];
if (!isCondemned) {
  await eventually(async () => (audit = (await kernel.audit()).map(({ invariant, detail }) => `${invariant}: ${detail}`)).length === 0, 3000);
  const owners = Object.keys((await kernel.stats()).heap.byOwner).filter((owner) => owner !== '(being freed)' && owner !== 'neighbour' && owner !== 'host');
  audit.push(...owners.map((owner) => `blocks belong to ${owner}`));
  await eventually(async () => {
    const now = resources();
    return (await kernel.stats()).spares >= 1 && now.threads <= before.threads && now.fds <= before.fds && now.rssMib - before.rssMib < 100;
  }, 3000);
}
latencies.sort((one, other) => one - other);
const told = JSON.stringify([outcome, crashes, guestText]);
finish({
  outcome,
  settledMs,
  crashes,
  isCondemned,
  lagMs,
  neighbour: { answers: latencies.length, wrong, p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0, worstMs: latencies.at(-1) ?? 0 },
  before,
  after: resources(),
  intrinsics: { before: intrinsicsBefore, after: hashOfIntrinsics() },
  seesSecret: told.includes(secret) || (outcome.kind !== 'refused' && told.includes(path.resolve(here, '../../../..'))),
  audit,
  fresh,
  lent: domain === null ? null : lentState,
  stops: null,
});
