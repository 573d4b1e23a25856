/** To whom the kernel's events go, and when. */
import { expect, it } from 'vitest';
import { EventDelivery } from '../../dist/host/event-delivery.js';
import { newEmitter } from '../../dist/host/events.js';

function delivery(): { receive: EventDelivery['receive']; told: unknown[] } {
  const events = newEmitter();
  const told: unknown[] = [];
  events.on('condemned', (event) => told.push(event));
  events.on('restart', ({ incarnation }) => told.push(incarnation));
  const made = new EventDelivery({ kernel: {}, events, mapStack: (stack) => stack, restarted: () => {} });
  return { receive: (event) => made.receive(event), told };
}

it('a thread that does not stop is told of while its load is still under way, which may never end', () => {
  const { receive, told } = delivery();
  receive({ event: 'condemned', program: 7, domain: 'stuck', incarnation: 1 });
  expect(told).toEqual([{ domain: 'stuck', incarnation: 1 }]);
});

it('what becomes of a program that has begun waits until load() has answered', () => {
  const { receive, told } = delivery();
  receive({ event: 'restart', program: 7, loaded: { program: 7, binding: 1, id: 1 as never, incarnation: 2, provides: {} }, downMs: 1 });
  expect(told).toEqual([]);
});
