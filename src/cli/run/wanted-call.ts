/** A call that the command line asks for: `--call Interface.method --args '[1, 2]'`. */
import type { AsyncDomain, RpcResult } from '../../host/index.js';
import { UsageError } from '../verb.js';

export interface WantedCall {
  readonly interfaceName: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Method = (...args: unknown[]) => Promise<RpcResult<unknown>>;

/** Throws a UsageError for what is no call. */
export function wantedCall(call: string | undefined, args: string | undefined): WantedCall | undefined {
  if (call === undefined) {
    if (args !== undefined) throw new UsageError('--args are those of a call: add --call Interface.method');
    return undefined;
  }
  const dot = call.lastIndexOf('.');
  if (dot < 1 || dot === call.length - 1) throw new UsageError(`--call takes an interface and one of its methods, such as Adder.add, not '${call}'`);
  return { interfaceName: call.slice(0, dot), method: call.slice(dot + 1), args: argsOf(args ?? '[]') };
}

function argsOf(text: string): readonly unknown[] {
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--args takes a JSON array, one value for each parameter, such as '[1, "two"]': ${(error as Error).message}`);
  }
  if (!Array.isArray(args)) throw new UsageError(`--args takes a JSON array, one value for each parameter, not ${text}: write '[${text}]'`);
  return args as unknown[];
}

/** The method of what the domain provides, bound and ready; throws a UsageError that lists what there is. */
export function findMethod(domain: AsyncDomain, { interfaceName, method, args }: WantedCall): (timeoutMs: number | undefined) => Promise<RpcResult<unknown>> {
  const provided = Object.entries(domain.provided);
  const found = provided.find(([as, { name }]) => name === interfaceName || name.endsWith(`.${interfaceName}`) || as === interfaceName);
  if (found === undefined) {
    const listed = provided.map(([as, { name }]) => `${name} (as ${as})`).join(', ') || 'nothing';
    throw new UsageError(`${domain.name} provides no ${interfaceName}; it provides ${listed}`);
  }
  const [as, token] = found;
  const methods = token.schema.interfaces[token.name].methods;
  const def = methods.find(({ name }) => name === method);
  if (def === undefined) throw new UsageError(`${token.name} has no method ${method}; it has ${methods.map(({ name }) => name).join(', ')}`);
  if (def.params.length !== args.length) {
    const params = def.params.map(({ name }) => name).join(', ');
    throw new UsageError(`${token.name}.${method}(${params}) takes ${def.params.length} arguments, and --args has ${args.length}`);
  }
  const proxy = domain.get(token, as) as unknown as { readonly async: { readonly [method: string]: Method } };
  return (timeoutMs) => proxy.async[method](...args, timeoutMs === undefined ? {} : { timeoutMs });
}

/** A value of the domain's as JSON can have it: a big integer as its digits, bytes as numbers, a handle as what its getters answer. */
export function plainly(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 8) return '...';
  if (ArrayBuffer.isView(value)) return [...(value as Uint8Array)];
  if (Array.isArray(value)) return value.map((item) => plainly(item, depth + 1));
  const plain: { [name: string]: unknown } = {};
  for (const name of Object.keys(value)) plain[name] = plainly((value as { [name: string]: unknown })[name], depth + 1);
  return plain;
}
