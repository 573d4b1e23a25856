/** The extension that a case is made into, and the leaf that the trusted build makes of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packExtension } from '../../../../dist/pack/index.js';
import { PRELUDE } from './watching.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const FIXTURES = '../../../../../fixtures/extensions';

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

/** Answers `{ leaf }`, or `{ refused }`: what the build said. */
export async function buildAttacker(asked) {
  const scratch = path.join(here, '.scratch');
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(path.join(scratch, `${asked.id}-`));
  const file = path.join(folder, 'extension.js');
  try {
    writeFileSync(file, extensionOf(asked));
    return { leaf: await packExtension(file) };
  } catch (error) {
    return {
      refused: { kind: 'refused', code: String(error.code ?? error.diagnostics?.[0]?.code ?? error.name), message: String(error.message).slice(0, 500) },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
