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
import { boot, type KernelHandle } from 'deciduous';
import { afterAll, describe, expect, it } from 'vitest';
import { DEEP_MINUTES, seedFrom } from '../model/depth.js';
import { Draw } from './draw.js';
import { HostHand, newFolder, proxyOf, write } from './echo-world.js';
import { RandomIdlSource } from './random-idl.js';
import { RandomValues } from './random-values.js';
import { Trial } from './trial.js';
import { TypedCalls } from './typed-calls.js';
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
let hasPassed = false;
const counts = { schemas: 0, calls: 0, refused: 0 };

async function freshKernel(): Promise<KernelHandle> {
  if (kernel && uses++ % SCHEMAS_OF_A_KERNEL !== 0) return kernel;
  await kernel?.close();
  kernel = await boot({ spares: 2, checks: uses % (2 * SCHEMAS_OF_A_KERNEL) === 1 ? 'paranoid' : 'fast' });
  return kernel;
}

/** All calls of one schema. */
async function tryAll(draw: Draw, trial: Trial): Promise<void> {
  const { schema, echo, folder: at } = trial.written;
  const values = new RandomValues(draw, schema);
  const wrong = new WrongValues(draw, values, schema);
  const typed = new TypedCalls(echo);
  for (const method of echo.methods.slice(1)) {
    const models = (): unknown[] => method.params.map(({ type }) => values.value(type));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const given = models();
        typed.add(method.name, given);
        await trial.thereAndBack(method, given, draw.oneIn(3));
      }
      for (let round = 0; round < WRONG; round++) {
        const spoilt = models();
        const index = draw.int(0, spoilt.length - 1);
        spoilt[index] = wrong.spoil(method.params[index].type, spoilt[index]);
        await trial.refused(method, spoilt, index);
      }
    } catch (error) {
      throw new Error(`${method.name} of ${at}: ${(error as Error).message}`, { cause: error });
    }
  }
  const calls = path.join(at, 'calls.ts');
  writeFileSync(calls, typed.text);
  modules.push(calls);
  counts.calls += trial.calls;
  counts.refused += trial.refusals;
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
          const draw = new Draw(given);
          const idl = new RandomIdlSource(draw).make();
          const written = write(idl, folder);
          const home = await freshKernel();
          const domain = await home.load(path.join(written.folder, 'echo.ts'), {
            name: `echo${uses}`,
            limits: { timeSliceMs: 20_000, sharedHeapBytes: 64 * 2 ** 20 },
          });
          await tryAll(draw, new Trial(written, await HostHand.of(home, written), await proxyOf(domain, written)));
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
      hasPassed = true;
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
    isFolderOver = hasPassed;
  }, 120_000);
});
