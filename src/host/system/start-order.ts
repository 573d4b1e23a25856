/** In which order a system starts: whoever is granted something comes after who provides it, and what stands under one supervisor stays together. */
import type { System, SystemSupervisor } from './system.js';

/** A supervisor, with everything in the order of its start. */
export interface OrderedSupervisor extends Omit<SystemSupervisor, 'children'> {
  readonly children: readonly (string | OrderedSupervisor)[];
}

/** Throws a TypeError that names the circle, where grants go in one, or where they go to and fro between two supervisors. */
export function startOrder(system: System): OrderedSupervisor {
  const { domains } = system;
  refuseCircles(system);
  const providers = (name: string): string[] => Object.values(domains[name].grant ?? {}).flatMap((grant) => ('domain' in grant ? [grant.domain] : []));
  const order = (supervisor: SystemSupervisor): OrderedSupervisor => {
    const children = supervisor.children.map((child) => ({ child, below: new Set(domainsOf(child)) }));
    const sorted: (typeof children)[number][] = [];
    const place = (one: (typeof children)[number], under: readonly string[]): void => {
      if (sorted.includes(one)) return;
      const name = nameOf(one.child);
      if (under.includes(name))
        throw new TypeError(
          `supervision: ${[...under.slice(under.indexOf(name)), name].join(' needs ')}, so none of them can be started first: let what needs each other stand under one supervisor`,
        );
      const needed = new Set([...one.below].flatMap(providers));
      for (const other of children) if (other !== one && [...other.below].some((each) => needed.has(each))) place(other, [...under, name]);
      sorted.push(one);
    };
    for (const child of children) place(child, []);
    return { ...supervisor, children: sorted.map(({ child }) => (typeof child === 'string' ? child : order(child))) };
  };
  return order(system.supervision ?? { name: system.name, children: Object.keys(domains) });
}

/** Of a supervisor, and of all under it. */
function domainsOf(child: string | SystemSupervisor): string[] {
  return typeof child === 'string' ? [child] : child.children.flatMap(domainsOf);
}

function nameOf(child: string | SystemSupervisor): string {
  return typeof child === 'string' ? child : child.name;
}

function refuseCircles({ domains }: System): void {
  const done = new Set<string>();
  const look = (name: string, under: readonly { readonly name: string; readonly grant: string }[]): void => {
    if (done.has(name)) return;
    const from = under.findIndex((each) => each.name === name);
    if (from >= 0) {
      const circle = under.slice(from).map((each, index, all) => `${each.name} needs ${all[index + 1]?.name ?? name} (grant.${each.grant})`);
      throw new TypeError(`grants go in a circle: ${circle.join(', ')}. Somebody has to start first: pass one of these references in a call`);
    }
    for (const [as, grant] of Object.entries(domains[name].grant ?? {})) if ('domain' in grant) look(grant.domain, [...under, { name, grant: as }]);
    done.add(name);
  };
  for (const name of Object.keys(domains)) look(name, []);
}
