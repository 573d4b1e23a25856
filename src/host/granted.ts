/** What a program is granted, as the kernel is told of it. */
import type { Grant } from '../abi/control-protocol.js';
import { olderIds } from '../compatibility/older-interfaces.js';
import type { Interfaces } from '../proxy/proxies.js';
import { type DomainProxy, proxies } from '../proxy/proxy-class.js';

/** Throws a TypeError for a value that is no proxy. `domain` is named in it. */
export function grantsOf(granted: { readonly [name: string]: object }, domain: string, interfaces: Interfaces): { [name: string]: Grant } {
  const grants: { [name: string]: Grant } = {};
  for (const [name, value] of Object.entries(granted)) {
    const interfaceId = proxies.interfaceIdOf(value);
    if (interfaceId === undefined)
      throw new TypeError(`grant.${name} for ${domain} must be a proxy: domain.get(Interface), kernel.log, or kernel.provide(Interface, implementation)`);
    const target = proxies.targetOf(value as DomainProxy);
    const definition = interfaces.definition(interfaceId);
    grants[name] = {
      interfaceName: proxies.interfaceNameOf(value as DomainProxy),
      interfaceId,
      olderIds: definition === undefined ? [] : olderIds(definition.name, definition.schema),
      provider: target.resolve(),
      binding: target.binding,
      ...(target.line && { line: target.line }),
      exported: target.exported,
      label: target.label,
    };
  }
  return grants;
}
