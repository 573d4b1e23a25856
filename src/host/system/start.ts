/** Starts a system: all files are built and looked through first, then domains are loaded in the order of their dependence. Where one does not come, those that did are unloaded, the last first. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InterfaceToken } from '../../abi/schema-tokens.js';
import type { Obtained } from '../extension-source.js';
import type { AsyncDomain, AsyncSupervisor } from '../guard/async-domain.js';
import { LoadError } from '../load-error.js';
import type { LoadOptions } from '../load-options.js';
import { refuseUngranted } from '../manifest-wishes.js';
import type { SupervisorOptions } from '../supervisor-options.js';
import { type OrderedSupervisor, startOrder } from './start-order.js';
import { checkSystem, type System, type SystemGrant } from './system.js';
import { SystemHandle } from './system-handle.js';

export interface StartOptions {
  /** What the host grants, by the names in `{ host: NAME }`: proxies, or what `kernel.provide()` answers. */
  readonly host?: { readonly [name: string]: object };
}

/** What a kernel of either kind does for a system that starts. */
export interface SystemStarter<Domain extends AsyncDomain, Supervisor extends AsyncSupervisor> {
  obtain(file: string, name: string): Promise<Obtained>;
  supervise(options: SupervisorOptions<Supervisor>): Promise<Supervisor>;
  load(obtained: Obtained, name: string, options: LoadOptions, under: Supervisor): Promise<Domain>;
  /** One of the kernel's own capabilities. */
  capability(name: string): object;
  lock(name: string): Promise<object>;
}

type Files = ReadonlyMap<string, Obtained>;

/** Throws a TypeError where the system is wrong, and a LoadError where a domain cannot be built or does not come; then nothing of it is left. */
export async function startSystem<Domain extends AsyncDomain, Supervisor extends AsyncSupervisor>(
  starter: SystemStarter<Domain, Supervisor>,
  system: System,
  { host = {} }: StartOptions,
): Promise<SystemHandle<Domain, Supervisor>> {
  checkSystem(system);
  const tree = startOrder(system);
  for (const [name, { grant = {} }] of Object.entries(system.domains))
    for (const [as, source] of Object.entries(grant))
      if ('host' in source && !Object.hasOwn(host, source.host))
        throw new TypeError(`domains.${name}.grant.${as}: kernel.start() was given no '${source.host}': add it to its option host`);
  const files = await obtainAll(starter, system);
  refuseUnprovided(system, files);
  const domains = new Map<string, Domain>();
  const supervisors = new Map<string, Supervisor>();
  const run = async ({ children, ...options }: OrderedSupervisor, parent?: Supervisor): Promise<Supervisor> => {
    const supervisor = await starter.supervise({ ...options, ...(parent && { parent }) });
    supervisors.set(supervisor.name, supervisor);
    for (const child of children) {
      if (typeof child !== 'string') await run(child, supervisor);
      else domains.set(child, await starter.load(files.get(child) as Obtained, child, await optionsOf(child), supervisor));
    }
    return supervisor;
  };
  const optionsOf = async (name: string): Promise<LoadOptions> => {
    const { extension: _extension, grant = {}, when, restart, ...options } = system.domains[name];
    const granted: { [as: string]: object } = {};
    for (const [as, source] of Object.entries(grant)) granted[as] = await capabilityOf(starter, source, domains, host);
    // What is granted leads to whichever life there is: its provider may be started again at any time.
    return { ...options, grant: granted, restart: { ...restart, ...(when && { when }), rebind: true } };
  };
  try {
    const root = await run(tree);
    return new SystemHandle(system.name, root, domains, supervisors);
  } catch (error) {
    // The first that was made has all others under it.
    await supervisors.get(tree.name)?.unload();
    throw error;
  }
}

async function obtainAll(starter: Pick<SystemStarter<never, never>, 'obtain'>, { base, domains }: System): Promise<Files> {
  const folder = base === undefined ? '.' : base.startsWith('file:') ? dirname(fileURLToPath(base)) : base;
  const found = await Promise.all(
    Object.entries(domains).map(async ([name, { extension }]) => [name, await starter.obtain(resolve(folder, extension), name)] as const),
  );
  return new Map(found);
}

/** As far as can be told before anything runs: a definition that is not written out is known when it is loaded. */
function refuseUnprovided({ domains }: System, files: Files): void {
  for (const [name, { grant = {} }] of Object.entries(domains)) {
    refuseUngranted((files.get(name) as Obtained).leaf, grant, name);
    for (const [as, source] of Object.entries(grant)) {
      if (!('domain' in source)) continue;
      const manifest = (files.get(source.domain) as Obtained).leaf.manifest;
      if (manifest === undefined) continue;
      const provided = Object.entries(manifest.provides).map(([provides, { interface: full }]) => ({ as: provides, full }));
      if (!provided.some((each) => isNamed(source.interface, each.as, each.full))) throw notProvided(`${name}: grant.${as}`, source, provided);
    }
  }
}

function isNamed(wanted: string, as: string, full: string): boolean {
  return wanted === full || full.endsWith(`.${wanted}`) || wanted === as;
}

function notProvided(
  place: string,
  { domain, interface: wanted }: { domain: string; interface: string },
  provided: readonly { as: string; full: string }[],
): LoadError {
  const listed = provided.map(({ as, full }) => `${full} (as ${as})`).join(', ') || 'nothing';
  return new LoadError('PermissionDenied', place, `${domain} provides no ${wanted}; it provides ${listed}`);
}

async function capabilityOf(
  starter: Pick<SystemStarter<never, never>, 'capability' | 'lock'>,
  source: SystemGrant,
  domains: ReadonlyMap<string, AsyncDomain>,
  host: { readonly [name: string]: object },
): Promise<object> {
  if ('kernel' in source) return starter.capability(source.kernel);
  if ('lock' in source) return starter.lock(source.lock);
  if ('host' in source) return host[source.host];
  const provider = domains.get(source.domain) as AsyncDomain;
  const provided = Object.entries(provider.provided).map(([as, token]) => ({ as, token, full: token.name }));
  const found = provided.find(({ as, full }) => isNamed(source.interface, as, full));
  if (found === undefined) throw notProvided(source.domain, source, provided);
  return provider.get(found.token as InterfaceToken<object, never>, found.as);
}
