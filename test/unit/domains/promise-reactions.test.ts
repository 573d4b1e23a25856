/** A panic passes every reaction of a promise as it passes every handler. */
import { expect, it } from 'vitest';
import { startReactions } from '../../../dist/domains/builtins/promise-reactions.js';

it('no reaction is told of a panic', async () => {
  const ran: string[] = [];
  const panic = new Error('panic');
  startReactions({ holdCurrent: () => null, resumeCurrent: () => {} }, (error) => {
    if (error === panic) throw panic;
  });
  const seen: unknown[] = [];
  const settled = async (promise: Promise<unknown>): Promise<void> => {
    try {
      seen.push(await promise);
    } catch (error) {
      seen.push(error);
    }
  };
  await settled(Promise.reject(new Error('its own')).catch(() => ran.push('its own')));
  await settled(Promise.reject(panic).catch(() => ran.push('caught')));
  await settled(Promise.reject(panic).finally(() => ran.push('finally')));
  expect(ran).toEqual(['its own']);
  expect(seen).toEqual([1, panic, panic]);
});
