/** What the thief tries with the documents that it is lent, and with what it makes itself: memory behind handles, stale handles, forged handles. */
import type { DomainHeap, RRef } from 'deciduous/domain';
import { Document, HeadingNode, Page } from '../generated/document.js';
import { Loot } from '../generated/pipeline.js';
import type { Attack } from './thief-attack.js';

/** Types are the first thing that a thief ignores. */
type Anything = any;

/** A buffer is loot only where it is more than the copy that anyone may have. */
function sharedBuffer(value: Anything): unknown {
  const buffer = value.buffer;
  if (buffer === undefined) return undefined;
  return Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]' || buffer.byteLength > value.length + 64 ? buffer : undefined;
}

/** `earlier` was lent in a call that has ended. */
export function attacksOnEarlier(earlier: RRef<Document>): Attack[] {
  const stale: Anything = earlier;
  const category = 'stale handles';
  return [
    { category, what: 'read the document of an earlier call', run: () => stale.source },
    { category, what: 'write to the document of an earlier call', run: () => (stale.source = 'pwned') },
    {
      category,
      what: 'drop the document of an earlier call',
      run: () => {
        stale.drop();
        return 'dropped';
      },
    },
  ];
}

export function attacksOnDocuments(heap: DomainHeap, document: RRef<Document>): Attack[] {
  const lent: Anything = document;
  const attacks: Attack[] = [];
  const attempt = (category: string, what: string, run: () => unknown): void => void attacks.push({ category, what, run });

  attempt('memory', '.buffer of the document', () => lent.buffer);
  attempt('memory', '.buffer of its text', () => lent.source.buffer);
  attempt('memory', 'own properties of the handle, symbols included', () => Reflect.ownKeys(lent).find((key) => typeof lent[key] === 'object') as Anything);
  attempt('memory', '.buffer of a copy of bytes', () => {
    using loot = heap.alloc(Loot, { data: new Uint8Array(32) });
    return sharedBuffer(loot.data.toUint8Array());
  });
  attempt('memory', '.buffer of bytes on the heap', () => {
    using loot = heap.alloc(Loot, { data: new Uint8Array(32) });
    return (loot.data as Anything).buffer;
  });
  attempt('memory', 'a DataView over bytes on the heap', () => {
    using loot = heap.alloc(Loot, { data: new Uint8Array(32) });
    return new DataView(loot.data as Anything);
  });
  attempt('memory', 'bytes beyond the end', () => {
    using loot = heap.alloc(Loot, { data: new Uint8Array(32) });
    return loot.data.at(32) ?? loot.data.at(-1) ?? (loot.data as Anything)[40];
  });
  attempt('memory', 'a slice beyond the end', () => {
    using loot = heap.alloc(Loot, { data: new Uint8Array(32) });
    return loot.data.slice(0, 4096).toUint8Array();
  });
  attempt('memory', 'private fields of the handle, through a class that returns it', () => {
    class Wrap {
      constructor(value: object) {
        return value;
      }
    }
    class Peek extends Wrap {
      #block = 'mine';
      static at(value: Peek): string {
        return value.#block;
      }
    }
    const peeked = Peek.at(new Peek(lent));
    return peeked === 'mine' ? undefined : peeked;
  });

  attempt('lent handles', 'write to a lent document', () => {
    lent.source = 'pwned';
    return lent.source === 'pwned';
  });
  attempt('lent handles', 'drop a lent document', () => {
    lent.drop();
    return 'dropped';
  });
  attempt('lent handles', 'dispose of a lent document', () => {
    lent[Symbol.dispose]();
    return lent.path === undefined;
  });
  attempt('lent handles', 'attach a lent document to a tree of its own', () =>
    heap.alloc(HeadingNode, { heading: { level: 1, text: '', anchor: '' }, next: lent }),
  );

  attempt('stale handles', 'read what it has dropped itself', () => {
    const own: Anything = heap.alloc(Page, { path: 'x', title: 'x', html: 'x' });
    own.drop();
    return own.html;
  });
  attempt('stale handles', 'drop twice', () => {
    const own: Anything = heap.alloc(Page, { path: 'x', title: 'x', html: 'x' });
    own.drop();
    own.drop();
    return 'dropped twice';
  });
  attempt('stale handles', 'tie a tree into a ring', () => {
    using head = heap.alloc(HeadingNode, { heading: { level: 1, text: '', anchor: '' }, next: null });
    head.next = head;
    return head.next;
  });

  attempt('forged handles', 'an object that inherits from a document', () => Object.create(lent).source);
  attempt('forged handles', 'a getter of the document on another object', () => {
    const getter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(lent), 'source')?.get;
    return getter?.call({ path: 'x', source: 'x' });
  });
  attempt('forged handles', "the document's constructor", () => new (Object.getPrototypeOf(lent).constructor)(lent, 0, 0, 1));
  attempt('forged handles', 'a proxy for a document as a child', () =>
    heap.alloc(HeadingNode, { heading: { level: 1, text: '', anchor: '' }, next: new Proxy(lent, {}) }),
  );
  attempt('forged handles', 'a plain object as a child', () =>
    heap.alloc(HeadingNode, { heading: { level: 1, text: '', anchor: '' }, next: { next: null } as Anything }),
  );
  attempt('forged handles', 'a forged token', () =>
    heap.alloc({ ...(Document as Anything), name: 'kernel.Secret', id: '0'.repeat(64) } as Anything, { secret: 1 } as Anything),
  );
  attempt('forged handles', 'a value whose getter drops what is being made', () => {
    const victim: Anything = heap.alloc(HeadingNode, { heading: { level: 1, text: '', anchor: '' }, next: null });
    const made: Anything = heap.alloc(HeadingNode, {
      heading: {
        level: 1,
        text: '',
        get anchor() {
          victim.drop();
          return '';
        },
      },
      next: victim,
    });
    const loot = made.next?.heading.text;
    made.drop();
    return loot === undefined ? undefined : 'a child that was dropped';
  });
  return attacks;
}
