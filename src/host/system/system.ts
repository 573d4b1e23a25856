/** A system of domains, written down in one place: who there is, what each may use, within what limits, and who is started again with whom. Plain data, looked through before anything starts. */
import { findBadLimit, type Limits } from '../../abi/limits.js';
import type { PowerOptions } from '../../abi/powers.js';
import type { RestartPace, RestartPolicy, RestartType, Strategy } from '../../abi/supervision.js';
import { refuseUnknown, said } from '../option-words.js';
import { checkPace, checkRestart, checkWhen, PACE_NAMES } from '../restart-options.js';

const KERNEL_CAPABILITIES = ['log', 'clock', 'vitals', 'alarms', 'watch'] as const;

/** Where a capability comes from: another domain's interface, by the name that it has there or in the IDL; the kernel; a lock of that name; what the host program gives to `kernel.start()`. */
export type SystemGrant =
  | { readonly domain: string; readonly interface: string }
  | { readonly kernel: (typeof KERNEL_CAPABILITIES)[number] }
  | { readonly lock: string }
  | { readonly host: string };

export interface SystemDomain {
  /** A .ts, .js or .leaf file, relative to `base`. */
  readonly extension: string;
  /** By the names under which the extension imports them. */
  readonly grant?: { readonly [name: string]: SystemGrant };
  readonly limits?: Partial<Limits>;
  readonly globals?: PowerOptions;
  readonly profile?: 'deterministic';
  /** Which end is followed by a new life; `always` unless given. The short form of `restart: { when }`. */
  readonly when?: RestartType;
  /** As `load()` takes it under a supervisor. `rebind` is always true: a grant follows its provider through all lives. */
  readonly restart?: Partial<Pick<RestartPolicy, 'when' | 'standby'>> & { readonly rebind?: true };
}

export interface SystemSupervisor extends Partial<RestartPace> {
  readonly name: string;
  /** `one-for-one` unless given. */
  readonly strategy?: Strategy;
  /** What its parent does when it has given up; `always` unless given. */
  readonly when?: RestartType;
  /** Domains, by name, and further supervisors. They are started by their grants, and in this order where these leave it open. */
  readonly children: readonly (string | SystemSupervisor)[];
}

export interface System {
  readonly name: string;
  /** What files are relative to: `import.meta.url`, as a rule. The process's folder unless given. */
  readonly base?: string;
  readonly domains: { readonly [name: string]: SystemDomain };
  /** Who stands under whom; all under one, one for one, unless given. */
  readonly supervision?: SystemSupervisor;
}

const PARTS: { readonly [source: string]: readonly string[] } = { domain: ['domain', 'interface'], kernel: ['kernel'], lock: ['lock'], host: ['host'] };

/** Answers the system as it is. Throws a TypeError that says where it is wrong, and what it may be. */
export function defineSystem<const Defined extends System>(system: Defined): Defined {
  checkSystem(system);
  return Object.freeze(system);
}

/** Throws a TypeError that says where the system is wrong. */
export function checkSystem(system: System): void {
  if (typeof system !== 'object' || system === null) throw new TypeError(`a system is an object, not ${said(system)}`);
  refuseUnknown(system, ['name', 'base', 'domains', 'supervision'], 'a system');
  if (typeof system.name !== 'string' || system.name === '') throw new TypeError(`name must be a string that is not empty, not ${said(system.name)}`);
  if (system.base !== undefined && typeof system.base !== 'string') throw new TypeError('base must be a string: import.meta.url, or a folder');
  if (typeof system.domains !== 'object' || system.domains === null || Object.keys(system.domains).length === 0)
    throw new TypeError('domains must be an object with a member for each domain');
  for (const [name, domain] of Object.entries(system.domains)) checkDomain(system, `domains.${name}`, domain);
  if (system.supervision !== undefined) checkTree(system, system.supervision);
}

function checkDomain({ domains }: System, place: string, domain: SystemDomain): void {
  if (typeof domain !== 'object' || domain === null) throw new TypeError(`${place} must be an object, not ${said(domain)}`);
  refuseUnknown(domain, ['extension', 'grant', 'limits', 'globals', 'profile', 'when', 'restart'], place);
  if (typeof domain.extension !== 'string' || domain.extension === '') throw new TypeError(`${place}.extension must be the path of a .ts, .js or .leaf file`);
  checkWhen(domain.when, `${place}.when`);
  checkMemberRestart(place, domain);
  const bad = findBadLimit(domain.limits ?? {});
  if (bad !== undefined) throw new TypeError(`${place}.limits: ${bad}`);
  for (const [as, grant] of Object.entries(domain.grant ?? {})) checkGrant(domains, `${place}.grant.${as}`, grant);
}

function checkMemberRestart(place: string, { when, restart }: SystemDomain): void {
  if (restart === undefined) return;
  if (typeof restart !== 'object' || restart === null) throw new TypeError(`${place}.restart must be an object, not ${said(restart)}`);
  checkRestart(restart, true, `${place}.restart`);
  if (restart.when !== undefined && when !== undefined) throw new TypeError(`${place} says when twice: write it in restart, or beside it`);
  if ((restart.rebind as unknown) === false)
    throw new TypeError(`${place}.restart.rebind cannot be false: what a system grants leads to whichever life there is. Load such a domain by a program`);
  if (restart.standby === true && (restart.when ?? when) === 'never')
    throw new TypeError(`${place}.restart.standby: who is never started again has no use for a thread that waits to be its next life`);
}

function checkGrant(domains: System['domains'], place: string, grant: SystemGrant): void {
  const source = typeof grant === 'object' && grant !== null ? Object.keys(PARTS).find((each) => Object.hasOwn(grant, each)) : undefined;
  if (source === undefined)
    throw new TypeError(`${place} must be { domain, interface }, { kernel: '${KERNEL_CAPABILITIES.join("' | '")}' }, { lock: NAME } or { host: NAME }`);
  refuseUnknown(grant, PARTS[source], place);
  for (const part of PARTS[source]) {
    const value = (grant as { readonly [part: string]: unknown })[part];
    if (typeof value !== 'string' || value === '') throw new TypeError(`${place}.${part} must be a string that is not empty, not ${said(value)}`);
  }
  if ('domain' in grant && !Object.hasOwn(domains, grant.domain))
    throw new TypeError(`${place}: there is no domain '${grant.domain}'; there are ${Object.keys(domains).join(', ')}`);
  if ('kernel' in grant && !KERNEL_CAPABILITIES.includes(grant.kernel))
    throw new TypeError(`${place}: the kernel has no '${String(grant.kernel)}'; it has ${KERNEL_CAPABILITIES.join(', ')}`);
}

function checkTree({ domains }: System, root: SystemSupervisor): void {
  const seen = new Set<string>();
  const names = new Set<string>();
  const look = (supervisor: SystemSupervisor, place: string): void => {
    if (typeof supervisor !== 'object' || supervisor === null)
      throw new TypeError(`${place} must be the name of a domain, or a supervisor, not ${said(supervisor)}`);
    refuseUnknown(supervisor, ['name', 'strategy', 'when', 'children', ...PACE_NAMES], place);
    if (typeof supervisor.name !== 'string' || supervisor.name === '') throw new TypeError(`${place}.name must be a string that is not empty`);
    if (names.has(supervisor.name)) throw new TypeError(`${place}: there are two supervisors '${supervisor.name}'`);
    names.add(supervisor.name);
    checkWhen(supervisor.when, `${place}.when`);
    checkPace(supervisor, `${place}.`);
    if (!Array.isArray(supervisor.children) || supervisor.children.length === 0) throw new TypeError(`${place}.children must be a list that is not empty`);
    for (const [index, child] of supervisor.children.entries()) {
      if (typeof child !== 'string') look(child, `${place}.children[${index}]`);
      else if (!Object.hasOwn(domains, child)) throw new TypeError(`${place}: there is no domain '${child}'; there are ${Object.keys(domains).join(', ')}`);
      else if (seen.has(child)) throw new TypeError(`${place}: '${child}' stands under two supervisors, or twice under one`);
      else seen.add(child);
    }
  };
  look(root, 'supervision');
  const missing = Object.keys(domains).filter((name) => !seen.has(name));
  if (missing.length > 0) throw new TypeError(`supervision: nobody supervises ${missing.join(', ')}`);
}
