import { describe, expect, it } from 'vitest';
import { boot } from 'deciduous';
import { errorOf, Holder, Lab, leafOf, Relay } from '../semantics/lab.js';

describe('which of its lives an error names', () => {
  it('is the one that the program counts, though each life has another row because what the last one lent is still borrowed', async () => {
    await using kernel = await boot({ spares: 2 });
    const holder = (await kernel.load(await leafOf('holder.ts'), { name: 'holder' })).get(Holder);
    const lab = (await kernel.load(await leafOf('lab.ts'), { name: 'lab' })).get(Lab);
    const relay = await kernel.load(await leafOf('relay.ts'), {
      name: 'relay',
      grant: { lab, holder },
      restart: { when: 'on-crash', rebind: true, intensity: 1000 },
    });
    for (let life = 1; life <= 3; life++) {
      await relay.ready();
      const error = errorOf(await relay.get(Relay).async.lendAndDie(1500));
      expect(error).toMatchObject({ code: 'DomainCrashed', incarnation: life, chain: [{ incarnation: life }] });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  });
});
