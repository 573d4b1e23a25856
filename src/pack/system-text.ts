/** The system that a file defines, read from its text: nothing of the file runs, so that a file of unknown origin can be asked what it is. */
import { type Program, parse } from 'acorn';
import { transform } from 'esbuild';
import { defaultExport, UnwrittenValue, valueOf } from './written-values.js';

/** Undefined where the text's default export is no call of the `defineSystem` of `deciduous`. Throws an Error in words where it is, and cannot be read. `url` stands for `import.meta.url`. */
export async function readSystem(text: string, url: string): Promise<unknown> {
  if (!text.includes('defineSystem')) return undefined;
  let program: Program;
  try {
    const { code } = await transform(text, { loader: 'ts', target: 'es2022' });
    program = parse(code, { ecmaVersion: 2022, sourceType: 'module' });
  } catch {
    // The build says what is wrong with it.
    return undefined;
  }
  const local = localName(program);
  const exported = defaultExport(program);
  if (local === undefined || exported?.type !== 'CallExpression') return undefined;
  const { callee, arguments: given } = exported;
  if (callee.type !== 'Identifier' || callee.name !== local || given.length !== 1) return undefined;
  try {
    return valueOf(given[0], program, url);
  } catch (error) {
    if (error instanceof UnwrittenValue)
      throw new Error(
        `the system cannot be read: ${error.message}. Write objects, lists, texts and numbers, or start it by a program: await kernel.start(system)`,
      );
    throw error;
  }
}

/** What the module calls the `defineSystem` that it imports. */
function localName(program: Program): string | undefined {
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration' || node.source.value !== 'deciduous') continue;
    for (const each of node.specifiers)
      if (each.type === 'ImportSpecifier' && each.imported.type === 'Identifier' && each.imported.name === 'defineSystem') return each.local.name;
  }
  return undefined;
}
