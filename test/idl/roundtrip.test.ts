/**
 * Random interface definitions, compiled; an extension made for them, in a real domain; random values there and back, equal bit for bit. What is wrong in one
 * place is refused on the caller's side, and the callee never hears of it. At last everything that was generated goes through TypeScript in one run.
 *
 * ROUNDTRIP_SEED and ROUNDTRIP_PATH replay what a failure prints. DEEP=1: see test/model/depth.ts.
 */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { boot, type KernelHandle, type RpcResult } from 'deciduous';
import type { MethodDef, TypeRef } from 'deciduous/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { digest, rebuild, release } from '../fixtures/roundtrip/walk.js';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { Draw } from './draw.js';
import { type EchoProxy, HostHand, isLent, newFolder, proxyOf, write, type Written } from './echo-world.js';
import { RandomIdlSource } from './random-idl.js';
import { RandomValues } from './random-values.js';
import { WrongValues } from './wrong-values.js';

const SEED = seedFrom('ROUNDTRIP_SEED', 5);
const PATH = process.env['ROUNDTRIP_PATH'];
const SCHEMAS = 30;
/** Of one method: rounds of calls with random values, and calls with wrong ones. */
const ROUNDS = 4;
const WRONG = 4;
/** Types stay in a kernel's table for ever, so a kernel serves so many schemas. */
const SCHEMAS_OF_A_KERNEL = 12;

let kernel: KernelHandle | undefined;
let uses = 0;
const folder = newFolder('roundtrip');
const modules: string[] = [];
/** Kept where something failed, to be looked at. */
let isFolderOver = false;
const counts = { begun: 0, schemas: 0, calls: 0, refused: 0 };

async function freshKernel(): Promise<KernelHandle> {
  if (kernel && uses++ % SCHEMAS_OF_A_KERNEL !== 0) return kernel;
  await kernel?.close();
  kernel = await boot({ spares: 2, checks: uses % (2 * SCHEMAS_OF_A_KERNEL) === 1 ? 'paranoid' : 'fast' });
  return kernel;
}

/** One schema with all its calls. */
class Trial {
  readonly #draw: Draw;
  readonly #written: Written;
  readonly #values: RandomValues;
  readonly #wrong: WrongValues;
  readonly #hand: HostHand;
  readonly #echo: EchoProxy;

  constructor(draw: Draw, written: Written, hand: HostHand, echo: EchoProxy) {
    this.#draw = draw;
    this.#written = written;
    this.#values = new RandomValues(draw, written.schema);
    this.#wrong = new WrongValues(draw, this.#values, written.schema);
    this.#hand = hand;
    this.#echo = echo;
  }

  async run(): Promise<void> {
    for (const method of this.#written.echo.methods.slice(1)) {
      try {
        for (let round = 0; round < ROUNDS; round++) await this.#thereAndBack(method);
        for (let round = 0; round < WRONG; round++) await this.#refused(method);
      } catch (error) {
        throw new Error(`${method.name} of ${this.#written.folder}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  #text(type: TypeRef, value: unknown): string {
    return digest(type, value, this.#written.schema);
  }

  async #call(method: MethodDef, args: readonly unknown[]): Promise<RpcResult<unknown>> {
    counts.calls++;
    const result = this.#draw.oneIn(3) ? await this.#echo.async[method.name](...args) : this.#echo[method.name](...args);
    return result as RpcResult<unknown>;
  }

  async #thereAndBack(method: MethodDef): Promise<void> {
    const models = method.params.map(({ type }) => this.#values.value(type));
    const given = models.map((model, at) => rebuild(method.params[at].type, model, this.#written.schema, this.#hand));
    const texts = models.map((model, at) => this.#text(method.params[at].type, model));
    // What accessors of the host read is what was put in, before anything travels.
    expect(given.map((value, at) => this.#text(method.params[at].type, value))).toEqual(texts);
    const result = await this.#call(method, given);
    if (!result.ok) throw new Error(`${method.name}(${texts.join(', ')}) answered ${String(result.error)}`);
    const isRebuild = method.name.startsWith('rebuild');
    const wrapped = method.returns.kind === 'result' ? (result.value as { value: unknown }).value : result.value;
    const answer = wrapped as unknown[];
    const back = method.params.map(({ type }, at) => ({ type, at })).filter(({ type }) => isRebuild || !isLent(type));
    expect(back.map(({ type }, index) => this.#text(type, answer[index]))).toEqual(back.map(({ at }) => texts[at]));
    if (!isRebuild) expect(answer[answer.length - 1]).toBe(texts.join(';'));
    // What was lent is the host's, as it was; what moved is not.
    for (const [at, { type }] of method.params.entries()) if (isLent(type)) expect(this.#text(type, given[at])).toBe(texts[at]);
    for (const [index, { type }] of back.entries()) release(type, answer[index], this.#written.schema);
    this.#hand.dropAll();
  }

  async #refused(method: MethodDef): Promise<void> {
    const models = method.params.map(({ type }) => this.#values.value(type));
    const spoilt = this.#draw.int(0, models.length - 1);
    const { type } = method.params[spoilt];
    models[spoilt] = this.#wrong.spoil(type, models[spoilt]);
    const before = this.#echo.served().value;
    let given: unknown[];
    try {
      given = models.map((model, at) => rebuild(method.params[at].type, model, this.#written.schema, this.#hand));
    } catch (error) {
      // It was to be on the heap, and did not get there.
      expect(String(error)).toMatch(/^InvalidType: expected /);
      this.#hand.dropAll();
      return;
    } finally {
      counts.refused++;
    }
    const result = await this.#call(method, given);
    if (result.ok) throw new Error(`${this.#text(type, models[spoilt]).slice(0, 1000)} was accepted`);
    expect(result).toMatchObject({ ok: false, error: { code: 'InvalidType', started: false, blame: 'caller' } });
    expect(this.#echo.served().value).toBe(before);
    // What would have moved with it is the caller's still, and reads as before.
    for (const [at, param] of method.params.entries()) {
      if (at !== spoilt) expect(this.#text(param.type, given[at])).toBe(this.#text(param.type, models[at]));
    }
    this.#hand.dropAll();
  }
}

describe('random interface definitions', () => {
  afterAll(async () => {
    await kernel?.close();
    if (isFolderOver) rmSync(folder, { recursive: true });
  });

  it(
    'compile, load, and bring every value there and back, bit for bit',
    async () => {
      const limit =
        DEEP_MINUTES > 0 ? { numRuns: 2 ** 30, interruptAfterTimeLimit: DEEP_MINUTES * 60_000, markInterruptAsFailure: false } : { numRuns: SCHEMAS };
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (given) => {
          counts.begun++;
          const draw = new Draw(given);
          const idl = new RandomIdlSource(draw).make();
          const written = write(idl, folder);
          const home = await freshKernel();
          const domain = await home.load(path.join(written.folder, 'echo.ts'), {
            name: `echo${uses}`,
            limits: { timeSliceMs: 20_000, sharedHeapBytes: 64 * 2 ** 20 },
          });
          await new Trial(draw, written, await HostHand.of(home, written), await proxyOf(domain, written)).run();
          await domain.unload();
          expect(await home.audit()).toEqual([]);
          expect((await home.stats()).heap.byOwner).toEqual({});
          counts.schemas++;
          modules.push(...written.modules);
        }),
        { ...limit, seed: SEED, endOnFailure: true, ...(PATH !== undefined && { path: PATH }) },
      );
      console.log(`round trips, seed ${SEED}: ${counts.schemas} schemas, ${counts.calls} calls, ${counts.refused} wrong values`);
      expect(counts.refused).toBeGreaterThan(counts.schemas);
    },
    180_000 + DEEP_MINUTES * 120_000,
  );

  it('generate modules and type their extensions so that TypeScript has nothing to say, under its strictest settings', () => {
    expect(counts.schemas).toBeGreaterThan(0);
    const compilerOptions = {
      target: 'ES2024',
      module: 'NodeNext',
      lib: ['ES2024', 'ESNext.Disposable'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUnusedLocals: true,
      noImplicitReturns: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      skipLibCheck: true,
      noEmit: true,
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: modules.slice(0, 2000) }));
    try {
      execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      throw new Error((error as { stdout: string }).stdout.slice(0, 4000), { cause: error });
    }
    isFolderOver = counts.schemas === counts.begun;
  }, 120_000);
});
