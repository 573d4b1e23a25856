/** `deciduous verify`: whether a host with a given trust policy would load a leaf, and if not, why. */
import path from 'node:path';
import { defineCommand } from 'citty';
import { LoadError } from '../host/load-error.js';
import { Trust, type SignedTrust } from '../host/trust.js';
import { publicKeyFrom } from './key-file.js';
import { JSON_OPTION, LEAF_FILE, leafBytes } from './leaf-options.js';
import { shownInLine } from './shown-text.js';
import { readText } from './text-file.js';
import { complain, print, printJson, UsageError, verbMeta } from './verb.js';

/** A policy as a file: the options of `trust` as JSON, its keys as PEM or as paths relative to the file. */
function policyFrom(file: string): Trust {
  let given: SignedTrust;
  try {
    given = JSON.parse(readText(file)) as SignedTrust;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file} is not JSON: ${error.message}`);
    throw error;
  }
  try {
    const keyOf = (key: unknown): unknown => (typeof key === 'string' && !key.includes('BEGIN') ? publicKeyFrom(path.resolve(path.dirname(file), key)) : key);
    const trust = new Trust(Array.isArray(given?.keys) ? { ...given, keys: given.keys.map(keyOf) as SignedTrust['keys'] } : given);
    if (!trust.needsSignature) throw new TypeError('it trusts anybody, so there is nothing to verify: name keys');
    return trust;
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}

export default defineCommand({
  meta: verbMeta({
    name: 'verify',
    description: 'Says whether a host that trusts a key, or has a trust policy, loads a leaf: signature, dates, version, revocation, flags, interfaces',
    examples: ['deciduous verify store.leaf --key release.key.pub', 'deciduous verify store.leaf --trust trust.json --json'],
  }),
  args: {
    leaf: LEAF_FILE,
    key: { type: 'string', valueHint: 'PUB', description: 'A public key that is trusted' },
    trust: { type: 'string', valueHint: 'FILE', description: 'A trust policy: JSON with keys, minimumVersions, revoked, minimumBuilder, flags' },
    json: JSON_OPTION,
  },
  run({ args }) {
    if ((args.key === undefined) === (args.trust === undefined)) throw new UsageError('whom does the host trust? Write either --key PUB or --trust FILE');
    const trust = args.trust === undefined ? new Trust({ keys: [publicKeyFrom(args.key as string)] }) : policyFrom(args.trust);
    const bytes = leafBytes(args.leaf, args._);
    try {
      const { file, digest, signedBy } = trust.judge(bytes, args.leaf);
      const { name, manifest } = file.leaf;
      if (args.json) printJson({ ok: true, leaf: args.leaf, name, version: manifest.version, digest, keyId: signedBy });
      else print(`${args.leaf}: holds. ${shownInLine(name)} version ${manifest.version}, signed by key ${signedBy}\ndigest ${digest}`);
      return 0;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      if (args.json) printJson({ ok: false, leaf: args.leaf, code: error.code, reason: error.reason, message: error.message });
      else complain(`${error.message} (${error.reason})`);
      return 1;
    }
  },
});
