/** Single calls that allocate hugely or walk without end: each in a process of its own, so that the end of the process would be seen, and beside a neighbour that is asked throughout. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Peer, Suspect } from '../fixtures/extensions/generated/hostile.js';
import { leafOf } from '../semantics/lab.js';

const PROGRAM = `
const [host, peerLeaf, bomberLeaf, Peer, Suspect, attack, timeSliceMs] = process.argv.slice(1).map((text) => JSON.parse(text));
const { boot } = await import(host);
const kernel = await boot({ spares: 0 });
const died = new Promise((resolve) => kernel.on('crash', resolve));
let condemned = 0;
kernel.on('condemned', () => condemned++);
const neighbour = (await kernel.load(peerLeaf, { name: 'neighbour' })).get(Peer);
const bomber = (await kernel.load(bomberLeaf, { name: 'bomber', limits: { timeSliceMs } })).get(Suspect);
let done = false;
let wrong = 0;
const asking = (async () => {
  for (let n = 0; !done; n++) {
    const answer = await neighbour.async.add(n, 1);
    if (!answer.ok || answer.value !== n + 1) wrong++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
})();
const result = await bomber.async.attack(attack);
const epitaph = result.ok ? undefined : await died;
done = true;
await asking;
process.stdout.write(JSON.stringify({ answered: result.ok ? 'a value' : result.error.code, cause: epitaph?.cause ?? 'alive', said: epitaph?.message, condemned, wrong }));
process.exit(0);
`;

const host = new URL('../../dist/host/index.js', import.meta.url).href;
const run = promisify(execFile);

async function end(attack: string, timeSliceMs: number): Promise<{ cause: string; wrong: number; condemned: number }> {
  const leaves = await Promise.all([leafOf('hostile/peer.ts'), leafOf('hostile/bomber.ts')]);
  const args = [host, ...leaves, Peer, Suspect, attack, timeSliceMs].map((value) => JSON.stringify(value));
  // Whoever dies of a signal, or says nothing, rejects here.
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', PROGRAM, ...args], { timeout: 100_000, killSignal: 'SIGKILL' });
  return JSON.parse(stdout) as { cause: string; wrong: number; condemned: number };
}

/** What each comes to, with a slice so long that memory alone can end it, or with one that ends what never would. */
const OUT_OF_MEMORY = [
  'C16 sort of a typed array',
  'M06 split of doubled text',
  'M21 padEnd',
  'M21 replaceAll',
  'M21 replace',
  'M12 a buffer that is filled',
  'matches of a long text',
  'M24 the text of an error',
];
const HANGS = [
  'lastIndexOf over a claimed length',
  'indexOf over an array-like',
  'includes over a lying proxy',
  'Array.from of a claimed length',
  'flat of claimed lengths',
  'C13 join',
  'M02 fill',
  'a typed array of a claimed length',
  'sorting a million texts',
];

it.each(OUT_OF_MEMORY)('%s: the domain is told that it has no room, and nobody else notices', async (attack) => {
  expect(await end(attack, 20_000)).toMatchObject({ cause: 'out-of-memory', wrong: 0, condemned: 0 });
});

it.each(HANGS)('%s: the domain is stopped, and nobody else notices', async (attack) => {
  expect(await end(attack, 60)).toMatchObject({ cause: 'hang', wrong: 0, condemned: 0 });
});
