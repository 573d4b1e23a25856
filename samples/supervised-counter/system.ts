import { defineSystem } from 'deciduous';

export default defineSystem({
  name: 'supervised-counter',
  base: import.meta.url,
  domains: {
    // Ends by itself when it has asked often enough.
    ticker: { extension: './ticker.ts', grant: { counter: { domain: 'counter', interface: 'Counter' } }, when: 'on-crash' },
    counter: { extension: './counter.ts', limits: { timeSliceMs: 50, sharedHeapBytes: 2 ** 20 } },
  },
  supervision: {
    name: 'counting',
    strategy: 'one-for-one',
    intensity: 5,
    periodMs: 10_000,
    backoffMs: 10,
    mostBackoffMs: 1000,
    children: ['ticker', 'counter'],
  },
});
