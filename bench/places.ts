/** Where the files of the benchmarks are, and the extensions as leaves: each is built once for a run, since building is not what is measured. */
import { fileURLToPath } from 'node:url';
import { type Leaf, packExtension } from 'deciduous/pack';

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const leaves = new Map<string, Promise<Leaf>>();

/** An extension of bench/extensions, built. */
export function leaf(name: string): Promise<Leaf> {
  let built = leaves.get(name);
  if (built === undefined) {
    built = packExtension(here(`extensions/${name}.ts`));
    leaves.set(name, built);
  }
  return built;
}
