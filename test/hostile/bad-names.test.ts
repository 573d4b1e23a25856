import { describe, expect, it } from 'vitest';
import { boot } from 'deciduous';
import { leafOf } from '../semantics/lab.js';

describe('names of domains', () => {
  it('half of a surrogate pair is refused in words, before anything starts', async () => {
    await using kernel = await boot({ spares: 0 });
    await expect(kernel.load(await leafOf('lab.ts'), { name: 'a\ud800b' })).rejects.toThrow('name must be well-formed text');
    expect((await kernel.stats()).domains).toEqual([]);
  });
});
