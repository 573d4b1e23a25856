/** Extensions and tokens of versions of one interface definition, made as a test goes along. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'deciduous/idl';
import { interfaceToken, type InterfaceToken, type Schema } from 'deciduous/schema';

/** The schema of one file of IDL that imports nothing. */
export function schemaOf(idl: string): Schema {
  const { schemas, diagnostics } = compile([{ path: 'version.idl', text: idl }], { read: () => undefined });
  if (schemas.length !== 1) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return schemas[0];
}

/** The methods of what is called in a test, all of one shape: the types of made-up versions are for the system to check. */
export type Calls = { readonly [method: string]: (...args: unknown[]) => { ok: boolean; value?: unknown; error?: { code: string; message: string } } };

export function tokenOf(idl: string, name: string): InterfaceToken<Calls, { readonly [method: string]: unknown }> {
  return interfaceToken(schemaOf(idl), name);
}

/** Writes an extension that imports its interfaces from './generated/PACKAGE.js' into a folder of its own. `edit` changes the schema before it is written. Answers the folder. */
export function writeExtension(idl: string, source: string, edit: (schema: string) => string = (schema) => schema): string {
  const { files } = compile([{ path: 'version.idl', text: idl }], { read: () => undefined });
  const folder = mkdtempSync(path.join(tmpdir(), 'deciduous-version-'));
  mkdirSync(path.join(folder, 'generated'));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), path.join(folder, 'node_modules', 'deciduous'));
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const file of files) writeFileSync(path.join(folder, 'generated', file.path), file.path.endsWith('.json') ? edit(file.text) : file.text);
  writeFileSync(path.join(folder, 'main.ts'), source);
  return folder;
}
