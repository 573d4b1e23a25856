/** Every own key of everything that a compartment's globals, and what literals make, lead to: one line of JSON, holder by holder. Run in a process of its own, because it locks its realm down. */
import { GLOBAL_NAMES } from '../../dist/domains/global-names.js';
import '../../dist/domains/lockdown.js';

const literals = {
  'function*': function* () {},
  'async function': async function () {},
  'async function*': async function* () {},
  'array iterator': [][Symbol.iterator](),
  'string iterator': ''[Symbol.iterator](),
  'map iterator': new Map().values(),
  'set iterator': new Set().values(),
  'matchAll iterator': 'a'.matchAll(/a/g),
  'regular expression': /a/,
  ...(globalThis.Iterator?.from && { 'wrapped iterator': Iterator.from({ next() {} }), 'iterator helper': [].values().map((value) => value) }),
};
const found = {};
const seen = new Set();
// What a domain has under these names is made for it: see the tests of powers.
const OWN = new Set([
  'globalThis',
  'console',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'queueMicrotask',
  'performance',
  'crypto',
  'TextEncoder',
  'TextDecoder',
  'URL',
  'URLSearchParams',
]);
const names = [...GLOBAL_NAMES].filter((name) => !OWN.has(name) && name in globalThis);
const queue = names.map((name) => [name, globalThis[name]]);
for (const [name, value] of Object.entries(literals)) queue.push([`(${name})`, Object.getPrototypeOf(value)]);
found.globals = [...names].sort();
for (const [path, value] of queue) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
  seen.add(value);
  const keys = Reflect.ownKeys(value).filter(
    (key) => !(typeof value === 'function' && ['length', 'name', 'arguments', 'caller', 'originalValue'].includes(key)),
  );
  if (keys.length > 0) found[path] = keys.map((key) => (typeof key === 'symbol' ? `@@${key.description.replace('Symbol.', '')}` : key)).sort();
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    const name = `${path}.${typeof key === 'symbol' ? `@@${key.description.replace('Symbol.', '')}` : key}`;
    for (const part of [descriptor.value, descriptor.get, descriptor.set]) queue.push([name, part]);
    // Methods that libraries may override are behind accessors of SES, which answer them.
    if (descriptor.get !== undefined && typeof value === 'object') {
      try {
        queue.push([name, Reflect.apply(descriptor.get, value, [])]);
      } catch {
        // It answers for instances alone.
      }
    }
  }
  queue.push([`[[prototype]] of ${path}`, Object.getPrototypeOf(value)]);
}
process.stdout.write(JSON.stringify(found));
