/** `deciduous sign`: puts a signature onto a leaf, in the place of the one that it has. */
import { defineCommand } from 'citty';
import { readLeaf, unseal, writeLeaf } from '../pack/index.js';
import { privateKeyFrom } from './key-file.js';
import { JSON_OPTION, KEY_OPTION, LEAF_FILE, leafBytes, VALIDITY_OPTIONS, validityOf } from './leaf-options.js';
import { writeWhole } from './text-file.js';
import { print, printJson, UsageError, verbMeta } from './verb.js';

export default defineCommand({
  meta: verbMeta({
    name: 'sign',
    description: 'Signs a leaf, in place unless --out is given. A signature that it has is replaced; dates that are not given stay as they are',
    examples: ['deciduous sign store.leaf --key release.key', 'deciduous sign store.leaf --key release.key --expires 2027-01-01'],
  }),
  args: {
    leaf: LEAF_FILE,
    key: { ...KEY_OPTION, required: true },
    out: { type: 'string', valueHint: 'FILE', description: 'Where the signed leaf goes' },
    ...VALIDITY_OPTIONS,
    json: JSON_OPTION,
  },
  run({ args }) {
    const key = privateKeyFrom(args.key);
    const sealed = unseal(leafBytes(args.leaf, args._));
    if (sealed.signature?.holds === false)
      throw new Error(`${args.leaf} was changed after key ${sealed.signature.keyId} had signed it: build it again, or find out who changed it`);
    const { leaf, validity } = readLeaf(sealed);
    const dates = { ...validity, ...validityOf(args) };
    if (dates.notBefore !== undefined && dates.expires !== undefined && dates.notBefore >= dates.expires)
      throw new UsageError(`the leaf would expire at ${dates.expires}, and be valid from ${dates.notBefore} on`);
    const bytes = writeLeaf({ leaf, validity: dates }, key);
    const out = args.out ?? args.leaf;
    writeWhole(out, bytes);
    const { digest, signature } = unseal(bytes);
    const keyId = signature?.keyId ?? '';
    if (args.json) printJson({ ok: true, leaf: out, digest, keyId });
    else print(`${out}: signed by key ${keyId}\ndigest ${digest}`);
    return 0;
  },
});
