import type { DomainHandle, RpcError, RpcResult } from 'deciduous';
import { describe, expect, it } from 'vitest';
import { guardedCall } from '../../samples/docs-pipeline/guarded-call.js';
import { PluginRecord } from '../../samples/docs-pipeline/ledger.js';

const fine: RpcResult<string> = { ok: true, value: 'done' };

function failed(code: RpcError['code'], started: boolean): RpcResult<string> {
  return { ok: false, error: Object.assign(new Error(code), { code, started, blame: 'callee' }) as RpcError };
}

/** Plays the results one after the other; answers what came of it, and how often the next life was waited for. */
async function play(starts: number, results: readonly RpcResult<string>[], alive = true) {
  const left = [...results];
  let waits = 0;
  const ready = async (): Promise<void> => {
    waits++;
    if (!alive) throw new Error('it stays dead');
  };
  const record = new PluginRecord();
  const outcome = await guardedCall({
    domain: { ready } as unknown as DomainHandle,
    record,
    starts,
    call: async () => left.shift() ?? expect.fail('one call too many'),
  });
  return { outcome, record, waits, left: left.length };
}

const crashed = failed('DomainCrashed', true);
const refused = failed('DomainCrashed', false);

describe('a call to a plugin that may crash', () => {
  it('is made once where it goes well', async () => {
    const { outcome, record } = await play(2, [fine]);
    expect(outcome).toEqual({ ok: true, value: 'done', crashes: 0, refusals: 0 });
    expect(record).toMatchObject({ calls: 1, failures: 0, refusals: 0 });
    expect(record.milliseconds).toHaveLength(1);
  });

  it('is made again in the next life where its document was only lent', async () => {
    const { outcome, record, waits } = await play(2, [crashed, fine]);
    expect(outcome).toMatchObject({ ok: true, crashes: 1 });
    expect(record).toMatchObject({ calls: 2, failures: 1 });
    expect(waits).toBe(1);
  });

  it('is given up when it crashed twice', async () => {
    const { outcome, left } = await play(2, [crashed, crashed, fine]);
    expect(outcome).toMatchObject({ ok: false, crashes: 2 });
    expect(left).toBe(1);
  });

  it('is given up at the first crash where its document had moved', async () => {
    const { outcome, left } = await play(1, [crashed, fine]);
    expect(outcome).toMatchObject({ ok: false, crashes: 1, error: { started: true } });
    expect(left).toBe(1);
  });

  it('is made again, as often as it takes, where it never started: that counts as nothing', async () => {
    const { outcome, record } = await play(1, [refused, failed('DomainDead', false), refused, fine]);
    expect(outcome).toEqual({ ok: true, value: 'done', crashes: 0, refusals: 3 });
    expect(record).toMatchObject({ calls: 1, failures: 0, refusals: 3 });
  });

  it('waits for the end of a borrow, and for room in a mailbox, without asking for a new life', async () => {
    const { outcome, record, waits } = await play(1, [failed('LifetimeViolation', false), failed('Overloaded', false), fine]);
    expect(outcome).toMatchObject({ ok: true, refusals: 0 });
    expect(record).toMatchObject({ calls: 1, refusals: 0 });
    expect(waits).toBe(0);
  });

  it('is given up where there is no next life', async () => {
    const { outcome } = await play(2, [refused, fine], false);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'DomainCrashed' } });
  });
});
