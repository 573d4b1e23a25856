/** In which order programs are stopped when all of them are: whoever depends on another goes before it. Those of one wave depend on nobody else in it. */

/** `programs` in any order; `dependsOn` answers what one needs, by its weight: of a circle the first that is found gives way. Answers waves, those that nobody depends on first. */
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
