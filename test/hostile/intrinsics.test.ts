import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DECISIONS } from './intrinsic-decisions.js';

const WALK = fileURLToPath(new URL('./intrinsics-walk.mjs', import.meta.url));

function decided(): { always: string[]; sometimes: string[] } {
  const always: string[] = [];
  const sometimes: string[] = [];
  for (const [holder, decisions] of Object.entries(DECISIONS))
    for (const keys of Object.values(decisions))
      for (const key of keys.split(' ')) {
        if (key.endsWith('?')) sometimes.push(`${holder}: ${key.slice(0, -1)}`);
        else always.push(`${holder}: ${key}`);
      }
  return { always, sometimes };
}

it('whatever of the language a domain can reach has been decided about, and what has been decided about is there', () => {
  const found = JSON.parse(execFileSync(process.execPath, [WALK], { encoding: 'utf8' })) as { [holder: string]: string[] };
  const reachable = Object.entries(found).flatMap(([holder, keys]) => keys.map((key) => `${holder}: ${key}`));
  const { always, sometimes } = decided();
  const known = new Set([...always, ...sometimes]);
  expect(reachable.length).toBeGreaterThan(650);
  expect(reachable.filter((key) => !known.has(key))).toEqual([]);
  const there = new Set(reachable);
  expect(always.filter((key) => !there.has(key))).toEqual([]);
});

it('nothing is decided twice', () => {
  const { always, sometimes } = decided();
  expect(new Set([...always, ...sometimes]).size).toBe(always.length + sometimes.length);
});
