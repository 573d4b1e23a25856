/** Where `deciduous run --metrics` serves them. */
import { BlockList, isIP } from 'node:net';
import type { MetricsAddress } from '../../host/index.js';
import { UsageError } from '../verb.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `ADDRESS:PORT`. Whoever reaches the address reads the metrics, so one that others reach has to be meant: `isPublic` says so. Throws a UsageError. */
export function metricsAddress(text: string, isPublic: boolean): Required<MetricsAddress> {
  const found = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (found === null) throw new UsageError(`--metrics takes ADDRESS:PORT, as in 127.0.0.1:9464 or [::1]:0, not '${text}'`);
  const host = found[1] ?? found[2];
  const port = Number(found[3]);
  if (port > 65_535) throw new UsageError(`--metrics takes a port up to 65535, not ${port}; 0 stands for any that is free`);
  const version = isIP(host);
  const isLocal = version === 0 ? host === 'localhost' : LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
  if (!isLocal && !isPublic)
    throw new UsageError(`--metrics ${text}: other machines could read the metrics there. Say --metrics-public if they are to, or take 127.0.0.1:${port}`);
  return { host, port };
}
