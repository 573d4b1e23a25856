/** O8: the same attack in two fresh domains with the same fuel, and what is known of where each stopped. */
import { eventually } from './watching.mjs';
import { Desk, Leaf, Suspect } from './hostile-tokens.mjs';

/** Physical limits that are not to come first. */
const ROOMY = { timeSliceMs: 5000, initSliceMs: 5000, privateHeapBytes: 256 * 2 ** 20 };

async function stopOf(kernel, leaf, peer, asked, name) {
  const seen = { questions: [], log: '', deaths: [] };
  const onCrash = ({ domain, cause, message, stack }) => domain === name && seen.deaths.push({ cause, message, stack });
  const onLog = ({ domain, text }) => domain === name && (seen.log += text);
  kernel.on('crash', onCrash);
  kernel.on('log', onLog);
  const desk = kernel.provide(Desk, {
    ask(question) {
      seen.questions.push(question);
      if (question === 'fail') throw new Error('the host failed');
      return question.length;
    },
    show: (lent) => lent.n,
  });
  const lent = kernel.heap.alloc(Leaf, { text: 'lent', data: new Uint8Array(1000).fill(5), n: 41, next: null });
  const mine = kernel.heap.alloc(Leaf, { text: 'mine', data: new Uint8Array(3), n: 1, next: null });
  const domain = await kernel.load(leaf, { name, grant: { peer, desk }, limits: { ...asked.limits, ...ROOMY, fuel: asked.fuel } });
  const result = await domain.get(Suspect).async.touch('attack', lent, mine, { timeoutMs: 20_000 });
  await eventually(() => seen.deaths.length > 0, 3000);
  await eventually(() => {
    try {
      lent.drop();
      return true;
    } catch {
      return false;
    }
  }, 2000);
  await domain.unload();
  kernel.off('crash', onCrash);
  kernel.off('log', onLog);
  return JSON.stringify({ ...seen, answer: result.ok ? String(result.value) : result.error.code });
}

/** Null where the case does not say with how much fuel. */
export async function stopsOf(kernel, leaf, peer, asked) {
  if (asked.fuel === undefined) return null;
  return [await stopOf(kernel, leaf, peer, asked, 'fuelled'), await stopOf(kernel, leaf, peer, asked, 'fuelled')];
}
