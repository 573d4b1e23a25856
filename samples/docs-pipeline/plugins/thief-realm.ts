/** What the thief tries with the world that it runs in: names of power, constructors, prototypes, and the objects that the runtime hands out. */
import type { DomainHeap, RRef } from 'deciduous/domain';
import type { Document } from '../generated/document.js';
import type { Attack } from './thief-attack.js';

type Anything = any;

const world = globalThis as Anything;
const POWERS = [
  'process',
  'require',
  'module',
  'Buffer',
  'fetch',
  'WebAssembly',
  'SharedArrayBuffer',
  'Atomics',
  'Compartment',
  'lockdown',
  'performance',
  'setImmediate',
  'structuredClone',
  'MessageChannel',
  'WeakRef',
];
const GRAB = 'return typeof process === "object" ? process : this';

/** Loot of a chain of constructors: a function made from text that this domain never shipped. */
function grab(maker: Anything): unknown {
  return maker(GRAB)();
}

export function attacksOnTheRealm(heap: DomainHeap, document: RRef<Document>, context: object): Attack[] {
  const attacks: Attack[] = [];
  const attempt = (category: string, what: string, run: () => unknown): void => void attacks.push({ category, what, run });

  for (const name of POWERS) attempt('names of power', name, () => world[name]);
  attempt('names of power', 'process, as a free name', () => process.pid);
  attempt('names of power', 'require, as a free name', () => (require as Anything)(['node', 'fs'].join(':')));

  attempt('code from text', 'eval', () => world.eval('1 + 1'));
  attempt('code from text', 'Function', () => grab(world.Function));
  attempt('code from text', 'a constructor of functions', () => grab((() => {}).constructor));
  attempt('code from text', 'a constructor of async functions', () => grab((async () => {}).constructor));
  attempt('code from text', 'a constructor of generators', () => grab(function* () {}.constructor));
  attempt('code from text', 'a constructor of async generators', () => grab(async function* () {}.constructor));
  attempt('code from text', 'import() in a function made from text', () => ((() => {}).constructor as Anything)('return import("node:fs")')());
  attempt('code from text', 'a timer with text', () => setTimeout('globalThis.pwned = true' as Anything, 1));

  attempt('constructor chains', 'heap.alloc.constructor', () => grab(heap.alloc.constructor));
  attempt('constructor chains', 'console.log.constructor', () => grab(console.log.constructor));
  attempt('constructor chains', 'setTimeout.constructor', () => grab(setTimeout.constructor));
  attempt('constructor chains', "the document's getter", () =>
    grab(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(document), 'source')?.get?.constructor),
  );
  attempt('constructor chains', "the document's constructor's constructor", () => grab(Object.getPrototypeOf(document).constructor.constructor));
  attempt('constructor chains', "an error of the runtime's", () => {
    try {
      (heap as Anything).alloc(null, null);
    } catch (error) {
      return grab((error as Anything).constructor.constructor);
    }
    return undefined;
  });
  attempt('constructor chains', 'frames of a stack trace', () => {
    const before = (Error as Anything).prepareStackTrace;
    (Error as Anything).prepareStackTrace = (_error: unknown, frames: Anything[]) => frames;
    const [frame] = new Error('look').stack as Anything;
    (Error as Anything).prepareStackTrace = before;
    return typeof frame === 'object' ? (frame.getThis?.() ?? frame.getFunction?.()) : undefined;
  });
  attempt('constructor chains', 'paths of the host in a stack trace', () => /(?:file:|node_modules|dist)\S*/.exec(String(new Error('look').stack))?.[0]);
  attempt('constructor chains', 'the caller of a function of its own', () =>
    (function look(): unknown {
      return (look as Anything).caller;
    })(),
  );

  const pollute = (what: string, target: Anything, name: PropertyKey): void =>
    attempt('pollution', what, () => {
      const before = Object.getOwnPropertyDescriptor(target, name);
      target[name] = () => 'pwned';
      const after = Object.getOwnPropertyDescriptor(target, name);
      return after?.value !== before?.value || (before === undefined && after !== undefined) ? `${String(name)} is replaced` : undefined;
    });
  pollute('Object.prototype.polluted', Object.prototype, 'polluted');
  pollute('__proto__ of an object', {}['__proto__' as never], 'polluted');
  pollute('Array.prototype.push', Array.prototype, 'push');
  pollute('Array.prototype[Symbol.iterator]', Array.prototype, Symbol.iterator);
  pollute('Promise.prototype.then', Promise.prototype, 'then');
  pollute('RegExp.prototype.exec', RegExp.prototype, 'exec');
  pollute('JSON.stringify', JSON, 'stringify');
  pollute("the document's prototype", Object.getPrototypeOf(document), 'source');
  pollute('heap.alloc', heap, 'alloc');
  pollute('console.log', console, 'log');
  pollute('the context of init', context, 'heap');
  attempt('pollution', 'defineProperty on Array.prototype', () => Object.defineProperty(Array.prototype, 'polluted', { value: 1 }));
  attempt('pollution', 'another prototype for the document', () => Object.setPrototypeOf(document, { source: 'pwned' }));

  attempt('capabilities', 'an interface that was not granted', () => Object.values((context as { imports: object }).imports)[0]);
  attempt('capabilities', 'the time of day', () => Date.now());
  attempt('capabilities', 'randomness', () => Math.random());
  attempt('capabilities', 'the timer behind a number', () => {
    const timer: Anything = setTimeout(() => {}, 1000);
    clearTimeout(timer);
    return typeof timer === 'number' ? undefined : timer;
  });
  return attacks;
}
