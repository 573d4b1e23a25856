/** Closing ends: whoever waits for it is told, and until then the process goes on. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../fixtures/closing.mjs', import.meta.url));

describe('close', () => {
  it('is waited for by the process, though the last answer and the kernel’s goodbye arrive in one turn of the event loop', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM], { encoding: 'utf8', timeout: 100_000 });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'closed\n', stderr: '' });
  });
});
