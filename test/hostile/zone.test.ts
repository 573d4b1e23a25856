import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Prober } from '../fixtures/extensions/generated/powers.js';
import { outcome } from '../fixtures/extensions/powers/attempts.js';
import { zone } from '../fixtures/extensions/powers/zone-claims.js';
import { leafOf } from '../semantics/lab.js';

const PROGRAM = `
const [host, prober, leaf] = process.argv.slice(1);
const { boot, unwrap } = await import(host);
const kernel = await boot({ spares: 0 });
const domain = await kernel.load(JSON.parse(leaf));
const said = unwrap(await domain.get(JSON.parse(prober)).async.probe(''));
console.log(JSON.stringify({ domain: JSON.parse(said), offset: new Date(2024, 6, 1).getTimezoneOffset() }));
await kernel.close();
`;

/** What a domain says of dates, and how far from UTC its host stands. */
async function saidIn(name: string): Promise<{ domain: unknown; offset: number }> {
  const args = ['--input-type=module', '-e', PROGRAM, import.meta.resolve('deciduous'), JSON.stringify(Prober), JSON.stringify(await leafOf('powers/zone.ts'))];
  const { stdout, stderr } = spawnSync(process.execPath, args, { env: { ...process.env, TZ: name }, encoding: 'utf8', timeout: 100_000 });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { domain: unknown; offset: number };
}

/** What Node says of the same where its zone is UTC. */
function saidInUtc(): unknown {
  const before = process.env['TZ'];
  process.env['TZ'] = 'UTC';
  try {
    return JSON.parse(JSON.stringify(zone(outcome)));
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

describe('a domain lives in UTC', () => {
  it.each(['UTC', 'America/St_Johns', 'Asia/Kolkata'])('whatever the zone of its host: %s', { timeout: 90_000 }, async (name) => {
    const { domain, offset } = await saidIn(name);
    // The host does stand there, or nothing is shown.
    expect(offset === 0).toBe(name === 'UTC');
    expect(domain).toEqual(saidInUtc());
  });
});
