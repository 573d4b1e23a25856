/** One random schema, compiled, with an extension made for it that is loaded into a domain, and a host's hand for its values. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { type DomainHandle, type KernelHandle, RRefArray, RRefDeque, RRefVec } from 'deciduous';
import type { InterfaceDef, MethodDef, Schema, TypeRef } from 'deciduous/schema';
import { expect } from 'vitest';
import { compile } from '../../dist/idl/index.js';
import type { RandomIdl } from './random-idl.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A folder inside the package, so that what lies in it imports the package as a user's program does. */
export function newFolder(prefix: string): string {
  const parent = path.join(repository, '.tmp');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(path.join(parent, `${prefix}-`));
}

export interface Written {
  readonly schema: Schema;
  readonly folder: string;
  readonly echo: InterfaceDef;
  /** Its files that are type-checked. */
  readonly modules: readonly string[];
}

/** Compiles, and writes the generated modules and the extension. */
export function write(idl: RandomIdl, parent: string): Written {
  const folder = mkdtempSync(path.join(parent, 'schema-'));
  const texts = new Map(idl.files.map((file) => [path.resolve(folder, file.path), file.text]));
  for (const [file, text] of texts) writeFileSync(file, text);
  const main = path.join(folder, idl.files[idl.files.length - 1].path);
  const { diagnostics, files, schemas } = compile([{ path: main, text: texts.get(main) as string }]);
  expect(diagnostics).toEqual([]);
  const schema = schemas[schemas.length - 1];
  const echo = schema.interfaces[`${idl.package}.Echo`];
  mkdirSync(path.join(folder, 'generated'));
  mkdirSync(path.join(folder, 'host'));
  const modules: string[] = [];
  for (const file of files) {
    writeFileSync(path.join(folder, 'generated', file.path), file.text);
    if (!file.path.endsWith('.ts')) continue;
    modules.push(path.join(folder, 'generated', file.path));
    writeFileSync(path.join(folder, 'host', file.path.replace(/\.ts$/, '.js')), transformSync(file.text, { loader: 'ts', format: 'esm' }).code);
  }
  writeFileSync(path.join(folder, 'echo.ts'), extensionText(idl, schema, echo));
  modules.push(path.join(folder, 'echo.ts'));
  return { schema, folder, echo, modules };
}

/** Types whose tokens generated modules export, with the name of the export. */
function exportsOf(schema: Schema): { readonly name: string; readonly home: string; readonly exported: string }[] {
  return [...Object.keys(schema.structs), ...Object.keys(schema.enums)].map((name) => {
    const [home, own] = name.split('.');
    return { name, home, exported: Object.hasOwn(schema.structs, name) ? own : `${own}Type` };
  });
}

export function isLent(type: TypeRef): boolean {
  return type.kind === 'rref' && type.lent === true;
}

function methodText(method: MethodDef, echo: InterfaceDef): string {
  const index = echo.methods.indexOf(method);
  const names = method.params.map((_, at) => `a${at}`);
  const own = `echo.methods[${index}]`;
  if (method.name.startsWith('rebuild')) return `${method.name}: (${names.join(', ')}) => rebuilt(${own}, [${names.join(', ')}]) as never,`;
  const kept = names.filter((_, at) => !isLent(method.params[at].type));
  const tuple = `[${[...(kept.length > 0 ? kept : ['0']), 'text'].join(', ')}]`;
  const answer = method.returns.kind === 'result' ? `{ ok: true, value: ${tuple} }` : tuple;
  return `${method.name}: (${names.join(', ')}) => {\n          const text = seen(${own}, [${names.join(', ')}]);\n          return ${answer};\n        },`;
}

function extensionText(idl: RandomIdl, schema: Schema, echo: InterfaceDef): string {
  const tokens = exportsOf(schema);
  const imports = tokens.map(({ home, exported }) => `import { ${exported} as ${home}_${exported} } from './generated/${home}.js';\n`);
  return `import { defineDomain, RRefArray, RRefDeque, RRefVec } from 'deciduous/domain';
import type { MethodDef, Schema } from 'deciduous/schema';
import { digest, type Maker, rebuild, release } from '../../../test/fixtures/roundtrip/walk.js';
import { Echo } from './generated/${idl.package}.js';
${imports.join('')}
const schema: Schema = ${JSON.stringify(schema)};
const echo = schema.interfaces['${echo.name}'];
const tokens: { readonly [name: string]: unknown } = { ${tokens.map(({ name, home, exported }) => `'${name}': ${home}_${exported}`).join(', ')} };

export default defineDomain({
  provides: { echo: Echo },
  init({ heap }) {
    let served = 0;
    const maker: Maker = {
      alloc: (token, value) => heap.alloc(token as never, value as never),
      named: (name) => tokens[name],
      containers: { array: RRefArray, deque: RRefDeque, vec: RRefVec },
    };
    const seen = (method: MethodDef, values: readonly unknown[]): string => {
      served++;
      return method.params.map(({ type }, at) => digest(type, values[at], schema)).join(';');
    };
    const rebuilt = (method: MethodDef, values: readonly unknown[]): unknown => {
      served++;
      const made = method.params.map(({ type }, at) => rebuild(type, values[at], schema, maker));
      for (const [at, { type }] of method.params.entries()) if (!(type.kind === 'rref' && type.lent)) release(type, values[at], schema);
      return [...made, 0];
    };
    return {
      echo: {
        served: () => served,
        ${echo.methods
          .slice(1)
          .map((method) => methodText(method, echo))
          .join('\n        ')}
      },
    };
  },
});
`;
}

/** What allocates on the host, and drops at the end whatever was not given away. */
export class HostHand {
  readonly #kernel: KernelHandle;
  readonly #tokens: ReadonlyMap<string, unknown>;
  #made: { drop(): void }[] = [];
  readonly containers = { array: RRefArray, deque: RRefDeque, vec: RRefVec };

  private constructor(kernel: KernelHandle, tokens: ReadonlyMap<string, unknown>) {
    this.#kernel = kernel;
    this.#tokens = tokens;
  }

  static async of(kernel: KernelHandle, { schema, folder }: Written): Promise<HostHand> {
    const tokens = new Map<string, unknown>();
    for (const { name, home, exported } of exportsOf(schema)) tokens.set(name, (await load(folder, home))[exported]);
    return new HostHand(kernel, tokens);
  }

  alloc(token: unknown, value: unknown): unknown {
    const handle = this.#kernel.heap.alloc(token as never, value as never);
    this.#made.push(handle as { drop(): void });
    return handle;
  }

  named(name: string): unknown {
    return this.#tokens.get(name);
  }

  /** Answers how many of the values that were made were still this thread's. */
  dropAll(): number {
    let dropped = 0;
    for (const handle of this.#made) {
      try {
        handle.drop();
        dropped++;
      } catch {
        // It was moved into a call or into another value.
      }
    }
    this.#made = [];
    return dropped;
  }
}

export type EchoProxy = { served(): { ok: true; value: number }; readonly async: { readonly [method: string]: (...values: unknown[]) => Promise<unknown> } } & {
  readonly [method: string]: (...values: unknown[]) => unknown;
};

async function load(folder: string, home: string): Promise<{ readonly [name: string]: unknown }> {
  return (await import(/* @vite-ignore */ pathToFileURL(path.join(folder, 'host', `${home}.js`)).href)) as { readonly [name: string]: unknown };
}

export async function proxyOf(domain: DomainHandle, { echo, folder }: Written): Promise<EchoProxy> {
  const [home, name] = echo.name.split('.');
  return domain.get((await load(folder, home))[name] as never) as EchoProxy;
}
