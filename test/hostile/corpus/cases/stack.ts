/** Recursion. */
import type { End, HostileCase } from '../case.js';

const overflow: readonly End[] = ['stack-overflow'];

export const STACK: readonly HostileCase[] = [
  {
    id: 'S01',
    title: '(function f(){f()})()',
    code: '(function f() { f(); })();',
    ends: overflow,
    must: "the guest's overflow, never one of the host",
  },
  {
    id: 'S02',
    title: '(function f(){try{f()}catch{f()}})()',
    code: '(function f() { try { f(); } catch { f(); } })();',
    ends: [...overflow, 'hang'],
    must: 'no exponential retry',
  },
  {
    id: 'S02a',
    title: '(function f(){try{f()}finally{f()}})()',
    code: '(function f() { try { f(); } finally { f(); } })();',
    ends: [...overflow, 'hang'],
    must: 'the same',
  },
  {
    id: 'S03',
    title: 'recursion by getter, proxy, toString and sort',
    code: 'const o = { get x() { return [2, 1].sort(() => `${{ toString: () => new Proxy({}, { get: () => o.x }).y }}`); } }; return String(o.x);',
    ends: [...overflow, 'hang'],
    must: 'the same by any way',
  },
  {
    id: 'S03a',
    title: 'recursion by Reflect.construct, bind and apply',
    code: 'function F() { return Reflect.construct(F.bind(null), []); } F.apply(null, []);',
    ends: overflow,
    must: 'the same',
  },
  {
    id: 'S04',
    title: "eval('('.repeat(1e6)+'1'+')'.repeat(1e6))",
    code: "return String(eval('('.repeat(1e6) + '1' + ')'.repeat(1e6)));",
    ends: ['panic', 'refused', 'stack-overflow'],
    must: 'there is no eval',
  },
  {
    id: 'S05',
    title: "new RegExp('('.repeat(1e6)+')'.repeat(1e6))",
    code: "try { return String(new RegExp('('.repeat(1e6) + ')'.repeat(1e6))).slice(0, 5); } catch (e) { return e.name; }",
    ends: [...overflow, 'answers', 'hang', 'panic'],
    must: 'a SyntaxError of the guest',
  },
  {
    id: 'S05a',
    title: 'look-behinds in look-behinds',
    code: "try { return String(new RegExp('(?<='.repeat(1e5) + ')'.repeat(1e5)).test('x')); } catch (e) { return e.name; }",
    ends: [...overflow, 'answers', 'hang', 'panic'],
    must: 'the same',
  },
  {
    id: 'S06',
    title: 'two hundred thousand proxies in each other',
    code: 'let p = {}; for (let i = 0; i < 2e5; i++) p = new Proxy(p, {}); return String(p.x);',
    ends: [...overflow, 'hang', 'out-of-memory', 'answers', 'panic'],
    must: "the guest's error",
  },
  {
    id: 'S06a',
    title: 'two hundred thousand bound functions in each other',
    code: 'let f = () => 1; for (let i = 0; i < 2e5; i++) f = f.bind(null); return String(f());',
    ends: [...overflow, 'hang', 'out-of-memory', 'answers'],
    must: 'the same',
  },
  {
    id: 'S08',
    title: 'an object a million levels deep, as argument and result',
    code: 'let o = 1; for (let i = 0; i < 1e6; i++) o = { o }; try { host.add(o, 1); } catch {} return o;',
    ends: [...overflow, 'panic', 'error', 'hang'],
    must: 'depth is limited in both directions',
  },
  {
    id: 'S08a',
    title: 'an object a million levels deep, stringified',
    code: 'let o = 1; for (let i = 0; i < 1e6; i++) o = [o]; return JSON.stringify(o).slice(0, 5);',
    ends: [...overflow, 'panic', 'hang', 'out-of-memory'],
    must: 'the same',
  },
  {
    id: 'S08b',
    title: 'an error whose causes are a million deep',
    code: "let e = null; for (let i = 0; i < 1e6; i++) e = { cause: e, message: 'm' }; throw Object.assign(new Error('deep'), { cause: e });",
    ends: ['panic', 'hang', 'out-of-memory', 'stack-overflow'],
    must: 'the text of an error is bounded',
  },
  {
    id: 'S09',
    title: "require('v8').setFlagsFromString('--stack-size=900000')",
    code: "require('v8').setFlagsFromString('--stack-size=900000'); (function f() { f(); })();",
    ends: ['panic', 'refused'],
    must: 'out of reach',
  },
  {
    id: 'S10',
    title: 'overflow inside a call to the host',
    code: 'const dive = () => { host.add(1, 2); dive(); }; try { dive(); } catch (e) { return reveal(e) || reveal(e.constructor) || "held"; }',
    ends: [...overflow, 'hang', 'answers'],
    must: 'the error is of the guest; nothing shared is torn',
  },
];
