/** Ambient authority. */
import type { HostileCase } from '../case.js';

export const AUTHORITY: readonly HostileCase[] = [
  {
    id: 'T01',
    title: 'clocks: performance, Date, hrtime',
    code: "const found = []; for (const [name, read] of [['performance', () => performance.now()], ['Date.now', () => Date.now()], ['new Date', () => new Date().getTime()], ['hrtime', () => process.hrtime()]]) { try { const t = read(); if (t && !Number.isNaN(t)) found.push(name); } catch {} } return found.length ? 'escaped: a clock by ' + found : 'held';",
    ends: ['answers', 'panic', 'refused'],
    must: 'no clock that was not granted',
    // The others have them by design, and tell nothing of the host by them.
    oursAlone: true,
  },
  {
    id: 'T02',
    title: 'Math.random and crypto',
    code: "const found = []; for (const [name, read] of [['Math.random', () => Math.random()], ['crypto', () => crypto.getRandomValues(new Uint8Array(4))[0] + 1]]) { try { if (read()) found.push(name); } catch {} } return found.length ? 'escaped: chance by ' + found : 'held';",
    ends: ['answers', 'panic', 'refused'],
    must: 'no chance that was not granted',
    oursAlone: true,
  },
  {
    id: 'T04',
    title: 'memory that somebody else has used',
    code: "const leaf = host.heap ? host.heap.alloc(host.Leaf, { text: '', data: new Uint8Array(4000), n: 1, next: null }) : null; const bytes = leaf ? leaf.data.toUint8Array() : Buffer.allocUnsafe(4000); let dirty = 0; for (const b of bytes) if (b) dirty++; if (leaf) leaf.drop(); return dirty ? 'escaped: ' + dirty + ' bytes of somebody' : 'held';",
    ends: ['answers', 'panic'],
    must: 'zeroed',
  },
  {
    id: 'T06',
    title: 'files, sockets and names',
    code: "for (const read of [() => require('fs').readFileSync('/etc/passwd'), () => process.getBuiltinModule('fs').readFileSync('/etc/passwd'), () => fetch('http://169.254.169.254'), () => require('net').connect(1)]) { try { if (read()) return 'escaped: files or network'; } catch {} } return 'held';",
    ends: ['answers', 'panic', 'refused'],
    must: 'there is nothing that could be confused',
  },
  {
    id: 'T10',
    title: 'the text of functions of the host',
    code: "return 'held ' + host.add + host.fail + (host.imports ? host.imports.peer.add + Object.getPrototypeOf(host.imports.peer).constructor : '') + console.log;",
    ends: ['answers', 'panic'],
    must: 'no path and no source of the host',
  },
];
