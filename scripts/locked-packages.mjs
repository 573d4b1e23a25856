/** Reads the part of package-lock.json that lists what is installed where. */

/** The place at which a package at `place` finds `name`: its own node_modules first, then those of the packages around it. */
export function findLocked(packages, place, name) {
  for (let around = place; ; around = around.slice(0, Math.max(0, around.lastIndexOf('node_modules/') - 1))) {
    const candidate = `${around === '' ? '' : `${around}/`}node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (around === '') return undefined;
  }
}

/**
 * Optional dependencies that a locked package names and the lock file leaves out, as `{ place, name, version }` of who asks for what. npm leaves out what the
 * registry of the moment did not have, or what was not installed at the time, and `npm ci` then refuses the file.
 */
export function leftOut(packages) {
  return Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => findLocked(packages, place, name) === undefined)
      .map(([name, version]) => ({ place, name, version })),
  );
}
