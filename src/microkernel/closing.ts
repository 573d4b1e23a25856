/** The end of all lives, when the kernel closes: whoever depends on another goes before it. */
import type { Life } from './program.js';
import type { Child } from './supervision/child.js';
import { programsBelow } from './supervision/supervisors.js';
import { TERMINATION_PATIENCE_MS } from './undertaker.js';

/** How long threads may take to stop: longer than it takes to condemn one. */
const CLOSE_PATIENCE_MS = TERMINATION_PATIENCE_MS + 500;
/** How long those that others depend on wait for these. */
const WAVE_PATIENCE_MS = 500;

/** Resolves when all are buried and `leaving`, the threads of the buried, have ended; or when that takes too long. */
export async function endAll(
  lives: readonly Life[],
  lifeOf: (child: Child) => Life | null | undefined,
  end: (life: Life) => Promise<void>,
  leaving: ReadonlySet<Promise<unknown>>,
): Promise<void> {
  const waves = stopOrder(lives, (life) => needsOf(life, lives, lifeOf));
  for (const wave of waves) await within(WAVE_PATIENCE_MS, Promise.all(wave.map(end)));
  await within(CLOSE_PATIENCE_MS, Promise.all([...lives.map(({ buried }) => buried), ...leaving]));
}

/** Which lives a life may call: those that it was granted; and the one that its supervisors start before it. */
function* needsOf({ program, id }: Life, lives: readonly Life[], lifeOf: (child: Child) => Life | null | undefined): Iterable<Life> {
  for (const { binding, provider } of Object.values(program.request.grants))
    for (const life of lives) if (life.id !== id && (binding === null ? life.id === provider : life.program.binding === binding)) yield life;
  let root = program.supervisor;
  while (root.parent !== null) root = root.parent;
  const children = programsBelow(root);
  const before = children.slice(0, Math.max(0, children.indexOf(program.child))).map(lifeOf);
  const life = before.findLast((each) => each !== null && each !== undefined);
  if (life !== null && life !== undefined) yield life;
}

/** Resolves with the promise, or when it takes too long. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    patience = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, late]);
  clearTimeout(patience);
}

/** Answers waves, those that nobody depends on first; those of one wave depend on nobody else in it. Of a circle, the edge that closes it gives way. */
export function stopOrder<Program>(programs: Iterable<Program>, dependsOn: (program: Program) => Iterable<Program>): Program[][] {
  const depths = new Map<Program, number>();
  const under = new Set<Program>();
  const depthOf = (program: Program): number => {
    const known = depths.get(program);
    if (known !== undefined) return known;
    if (under.has(program)) return -1;
    under.add(program);
    let depth = 0;
    for (const needed of dependsOn(program)) depth = Math.max(depth, depthOf(needed) + 1);
    under.delete(program);
    depths.set(program, depth);
    return depth;
  };
  const waves: Program[][] = [];
  for (const program of programs) {
    const depth = depthOf(program);
    while (waves.length <= depth) waves.push([]);
    waves[depth].push(program);
  }
  return waves.reverse();
}
