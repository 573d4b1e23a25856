/** What the thief tried and what it got: its own account, and the attempts that only the host can see the outcome of. */
import type { KernelHandle } from 'deciduous';
import { Document } from './generated/document.js';
import { Visitor, type Outcome } from './generated/pipeline.js';
import { listOf } from './pipeline.js';
import { pluginFile, type Domains } from './plugins.js';

export interface AttemptRecord {
  readonly category: string;
  readonly what: string;
  readonly tried: number;
  readonly outcome: Outcome;
  readonly detail: string;
}

export async function takeAccount(kernel: KernelHandle, domains: Domains): Promise<AttemptRecord[]> {
  const visitor = domains.thief.get(Visitor).async;
  const confession = await visitor.confess();
  if (!confession.ok) throw new Error(`the thief did not give its account: ${confession.error.message}`);
  const attempts = listOf(confession.value, ({ category, what, tried, outcome, detail }) => ({ category, what, tried, outcome, detail }));
  confession.value?.drop();
  attempts.push(await smuggle(kernel, visitor), await importAtWill(kernel));
  return attempts;
}

/** It answers the document that it was only lent, as if it were its own to give. */
async function smuggle(kernel: KernelHandle, visitor: Visitor['async']): Promise<AttemptRecord> {
  const attempt = { category: 'lent handles', what: 'answer a lent document as its own', tried: 1 };
  using document = kernel.heap.alloc(Document, { path: 'lent.md', source: 'Lent, not given.' });
  const result = await visitor.smuggle(document);
  if (!result.ok) {
    const intact = document.source === 'Lent, not given.';
    return { ...attempt, outcome: intact ? 'Refused' : 'Taken', detail: `${result.error.code}: ${result.error.message}` };
  }
  result.value.drop();
  return { ...attempt, outcome: 'Taken', detail: 'it was taken for its own' };
}

/** An extension that wants import() of whatever it likes: a program of its own, because the trusted build refuses the whole of it. */
async function importAtWill(kernel: KernelHandle): Promise<AttemptRecord> {
  const attempt = { category: 'code from text', what: 'import() of a module of Node, in the source', tried: 1 };
  try {
    const domain = await kernel.load(pluginFile('importer'), { name: 'importer' });
    await domain.unload();
    return { ...attempt, outcome: 'Taken', detail: 'it was loaded' };
  } catch (error) {
    const [, reason = ''] = /(PACK\d+: .*)/.exec((error as Error).message) ?? [];
    return { ...attempt, outcome: 'Refused', detail: reason === '' ? (error as Error).message.split('\n', 1)[0] : reason };
  }
}
