/** `deciduous inspect`: what is in a leaf, whoever signed it. */
import { createHash } from 'node:crypto';
import { defineCommand } from 'citty';
import { checkIds, LeafFileError, type NamedInterface, readLeaf, unseal } from '../pack/index.js';
import { JSON_OPTION, LEAF_FILE, leafBytes } from './leaf-options.js';
import { shownInLine } from './shown-text.js';
import { print, printJson, verbMeta } from './verb.js';

/** What is to be said of a leaf, as data. Throws a LeafFileError for a file that is none. */
function contentOf(bytes: Uint8Array) {
  const sealed = unseal(bytes);
  const file = readLeaf(sealed);
  const { name, schemas, uses = [], builder, manifest } = file.leaf;
  const { parts, signature, digest } = sealed;
  return {
    name,
    version: manifest.version,
    bytes: { file: bytes.length, code: parts.code.length, sourceMap: parts.sourceMap.length, manifest: parts.manifest.length },
    provides: manifest.provides,
    imports: manifest.imports,
    uses,
    limits: manifest.limits,
    interfaces: schemas.flatMap((schema) => Object.values(schema.interfaces).map(({ name: qualified, id }) => ({ name: qualified, id }))),
    idsHold: idsHold(file),
    builder,
    ...file.validity,
    signature: signature === null ? { state: 'unsigned' } : { state: signature.holds ? 'holds' : 'does not hold', keyId: signature.keyId },
    digest,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function idsHold(file: Parameters<typeof checkIds>[0]): boolean {
  try {
    checkIds(file);
    return true;
  } catch (error) {
    if (error instanceof LeafFileError) return false;
    throw error;
  }
}

function table(named: { readonly [name: string]: NamedInterface }): string {
  const lines = Object.entries(named).map(([name, { interface: of, id, shadow }]) => shownInLine(`  ${name}: ${of}${shadow ? ' (a shadow)' : ''} ${id}`));
  return lines.length === 0 ? '  nothing' : lines.join('\n');
}

export default defineCommand({
  meta: verbMeta({
    name: 'inspect',
    description: 'Shows what is in a leaf: what it provides and asks for, how it was built, who signed it. Whether to trust that key is for verify',
    examples: ['deciduous inspect store.leaf', 'deciduous inspect store.leaf --json'],
  }),
  args: { leaf: LEAF_FILE, json: JSON_OPTION },
  run({ args }) {
    const found = contentOf(leafBytes(args.leaf, args._));
    const { signature, bytes, builder } = found;
    if (args.json) {
      printJson({ ok: true, leaf: args.leaf, ...found });
      return 0;
    }
    const limits = Object.entries(found.limits).map(([name, value]) => `  ${name}: ${value}`);
    print(
      [
        `${shownInLine(found.name)} version ${found.version}, ${bytes.file} bytes: code ${bytes.code}, source map ${bytes.sourceMap}, manifest ${bytes.manifest}`,
        `provides\n${table(found.provides)}`,
        `imports\n${table(found.imports)}`,
        `uses\n  ${found.uses.length === 0 ? 'nothing' : found.uses.join(', ')}`,
        `asks for limits\n${limits.length === 0 ? '  none' : limits.join('\n')}`,
        `interfaces${found.idsHold ? '' : ' (an id is not the hash of its definition)'}\n${found.interfaces.map(({ name, id }) => `  ${name} ${id}`).join('\n')}`,
        shownInLine(`built by version ${builder.version}: ${builder.flags.join(', ')}`),
        ...(found.notBefore === undefined ? [] : [`valid from ${found.notBefore}`]),
        ...(found.expires === undefined ? [] : [`expires ${found.expires}`]),
        `signature ${signature.state}${'keyId' in signature ? `, key ${signature.keyId}` : ''}`,
        `digest ${found.digest}`,
        `sha256 ${found.sha256}`,
      ].join('\n'),
    );
    return 0;
  },
});
