/** `deciduous keygen`: a pair of keys to sign leaves with. */
import { defineCommand } from 'citty';
import { makeKeyPair } from '../pack/index.js';
import { writeKeyPair } from './key-file.js';
import { JSON_OPTION } from './leaf-options.js';
import { print, printJson, UsageError, verbMeta } from './verb.js';

export default defineCommand({
  meta: verbMeta({
    name: 'keygen',
    description: 'Makes an Ed25519 key pair: a private key to sign leaves with, and beside it the public key that hosts trust',
    examples: ['deciduous keygen', 'deciduous keygen --out keys/release.key'],
  }),
  args: {
    out: { type: 'string', valueHint: 'FILE', description: 'Where the private key goes; the public one goes to FILE.pub', default: 'deciduous.key' },
    json: JSON_OPTION,
  },
  run({ args }) {
    if (args._.length > 0) throw new UsageError(`keygen takes no ${args._.join(' ')}: write --out FILE`);
    const { privatePem, publicPem, keyId } = makeKeyPair();
    writeKeyPair(args.out, privatePem, publicPem);
    const answer = { privateKey: args.out, publicKey: `${args.out}.pub`, keyId };
    if (args.json) printJson({ ok: true, ...answer });
    else print(`${answer.privateKey}: private, keep it to yourself\n${answer.publicKey}: public, for hosts that shall trust it\nkey ${keyId}`);
    return 0;
  },
});
