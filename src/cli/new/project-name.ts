/** What a project may be called: npm has to take the name, and the interface language the package that is called after it. */
import { builtinModules } from 'node:module';
import { LONGEST_NAME } from '../../abi/schema.js';
import { whyReservedDeclaration } from '../../idl/reserved-names.js';
import { UsageError } from '../verb.js';

export interface ProjectName {
  /** As npm knows it, with a scope where there is one. */
  readonly npm: string;
  /** Without the scope: the folder's name. */
  readonly folder: string;
  /** The package of its interface. */
  readonly idl: string;
}

/** The rule that npm has for new names. */
const NPM_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?([a-z0-9~-][a-z0-9._~-]*)$/;
const LONGEST_NPM_NAME = 214;
/** What the project depends on: npm installs nothing into a package of the same name. */
const ITS_DEPENDENCIES = new Set(['deciduous', 'tsx', 'typescript', '@types/node']);

/** Throws a UsageError that says why a name is none. */
export function projectName(name: string): ProjectName {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}...` : name);
  const refuse = (why: string, wayOut: string): never => {
    throw new UsageError(`a project cannot be called ${shown}: ${why}; ${wayOut}`);
  };
  const folder = NPM_NAME.exec(name)?.[1];
  if (folder === undefined) return refuse('npm does not take the name', 'use lower-case letters, digits and -, a letter first, such as my-host');
  if (name.length > LONGEST_NPM_NAME) return refuse(`npm takes ${LONGEST_NPM_NAME} characters`, 'choose a shorter one');
  if (ITS_DEPENDENCIES.has(name)) return refuse('it depends on a package of that name', 'choose another');
  if (builtinModules.includes(name) || name === 'node_modules' || name === 'favicon.ico') return refuse('npm keeps that name', 'choose another');
  const idl = folder.replaceAll(/[^a-z0-9_]/g, '_');
  if (!/^[a-z]/.test(idl)) return refuse('its interface is called after it, and that name begins with a letter', 'put a letter first');
  if (idl.length > LONGEST_NAME)
    return refuse(`its interface is called after it, and that name has ${LONGEST_NAME} characters at the most`, 'choose a shorter one');
  const reserved = whyReservedDeclaration(idl);
  if (reserved !== undefined) return refuse(`its interface would be called \`${idl}\`, and ${reserved}`, 'choose another');
  return { npm: name, folder, idl };
}
