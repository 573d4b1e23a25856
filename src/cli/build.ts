/** `deciduous build`: from an extension's source to a leaf, signed where a key is given. */
import { defineCommand } from 'citty';
import { closeBuildPool, PackError, packInPool, unseal, writeLeaf } from '../pack/index.js';
import { privateKeyFrom } from './key-file.js';
import { JSON_OPTION, KEY_OPTION, leafNameFor, VALIDITY_OPTIONS, validityOf } from './leaf-options.js';
import { withProgress } from './progress.js';
import { writeWhole } from './text-file.js';
import { complain, print, printJson, UsageError, verbMeta } from './verb.js';

const UNREADABLE = new PackError({
  code: 'PACK020',
  what: 'the definition of the extension cannot be read before it runs, so a leaf could not say what it provides and asks for',
  wayOut: 'Write export default defineDomain({ provides: { ... }, imports: { ... }, init }) with the interfaces of generated modules in place.',
});

export default defineCommand({
  meta: verbMeta({
    name: 'build',
    description: 'Builds an extension into one .leaf file. The same files give the same leaf, byte for byte',
    examples: ['deciduous build store.ts', 'deciduous build store.ts --out dist/store.leaf --key release.key --expires 2027-01-01'],
  }),
  args: {
    file: { type: 'positional', required: true, description: "The extension's entry file, .ts or .js" },
    out: { type: 'string', valueHint: 'FILE', description: "Where the leaf goes; the entry's name with .leaf, in the current folder, unless given" },
    name: { type: 'string', valueHint: 'NAME', description: "What the program is called; the entry's name unless given" },
    key: KEY_OPTION,
    ...VALIDITY_OPTIONS,
    json: JSON_OPTION,
  },
  async run({ args }) {
    if (args._.length > 1) throw new UsageError(`one extension at a time: ${args._.join(', ')} are several`);
    const out = args.out ?? leafNameFor(args.file);
    const validity = validityOf(args);
    const key = args.key === undefined ? undefined : privateKeyFrom(args.key);
    try {
      const leaf = await withProgress(`building ${args.file}`, packInPool(args.file, args.name === undefined ? {} : { name: args.name }));
      const { manifest } = leaf;
      if (manifest === undefined) throw UNREADABLE;
      const bytes = writeLeaf({ leaf: { ...leaf, manifest }, validity }, key);
      writeWhole(out, bytes);
      const { digest, signature } = unseal(bytes);
      const answer = { leaf: out, name: leaf.name, version: manifest.version, bytes: bytes.length, digest, keyId: signature?.keyId ?? null };
      if (args.json) printJson({ ok: true, ...answer });
      else
        print(
          `${out}: ${leaf.name} version ${manifest.version}, ${bytes.length} bytes\ndigest ${digest}\n${signature ? `signed by key ${signature.keyId}` : 'unsigned: deciduous sign'}`,
        );
      return 0;
    } catch (error) {
      if (!(error instanceof PackError)) throw error;
      if (args.json) printJson({ ok: false, ...error.fault });
      else complain(error.message);
      return 1;
    } finally {
      await closeBuildPool();
    }
  },
});
