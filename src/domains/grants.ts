/** What the host grants, made into the proxies that the extension imports. */
import type { Grant } from '../abi/control-protocol.js';
import { FIRST_DOMAIN_INDEX, indexOf } from '../abi/domain-id.js';
import { boundProvider } from '../abi/reference-layout.js';
import type { Endpoint } from '../proxy/endpoint.js';
import { targetOf } from '../proxy/pending-call.js';
import type { Interfaces } from '../proxy/proxies.js';
import type { Hold } from '../proxy/references.js';
import { LoadRefusal, type NamedToken } from './definition.js';
import type { Tokens } from './tokens.js';

export class Grants {
  readonly #endpoint: Endpoint;
  readonly #interfaces: Interfaces;
  readonly #tokens: Tokens;

  constructor(endpoint: Endpoint, interfaces: Interfaces, tokens: Tokens) {
    this.#endpoint = endpoint;
    this.#interfaces = interfaces;
    this.#tokens = tokens;
  }

  /** The proxy, or shadow, that the extension gets for what it imports as `asked`. Throws a LoadRefusal where nothing was granted under that name, or something else. */
  proxy(asked: string, { name, id, shadow }: NamedToken, grant: Grant | undefined): unknown {
    if (grant === undefined)
      throw new LoadRefusal('PermissionDenied', `the domain imports '${asked}' (${name}), which was not granted: add it to the grant option of load()`);
    if (grant.interfaceId !== id && !grant.olderIds.includes(id))
      throw new LoadRefusal(
        'PermissionDenied',
        `the domain imports '${asked}' as ${name}, and what was granted under that name is ${grant.interfaceName} with another fingerprint`,
        { grant: asked, interfaceId: id },
      );
    // Host and kernel have one life, which ends with everything.
    if (shadow === true && grant.binding === null && indexOf(grant.provider) >= FIRST_DOMAIN_INDEX)
      throw new LoadRefusal(
        'PermissionDenied',
        `the domain imports '${asked}' as a shadow of ${name}, and what was granted leads to one life of ${grant.label}: grant a shadow, or a proxy of a program that was loaded with restart.rebind`,
      );
    const hold = this.#holdOf(grant);
    const { binding, provider, line, label, exported } = grant;
    const target = targetOf(this.#endpoint.space.words, label, exported, binding, line ?? null, provider);
    return this.#interfaces[shadow === true ? 'shadow' : 'proxy'](name, this.#tokens.schemaOf(id), { ...target, hold }, hold);
  }

  /** Gives back what was granted and is not imported. */
  drop(grant: Grant): void {
    this.#endpoint.references.drop(this.#holdOf(grant));
  }

  /** The kernel holds for this life what it granted, before the life begins. */
  #holdOf({ binding, provider, exported }: Grant): Hold {
    return this.#endpoint.references.granted(binding === null ? provider : boundProvider(binding), exported);
  }
}
