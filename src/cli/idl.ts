/** `deciduous idl`: the verbs about interface definitions, each in a file of its own. */
import { defineCommand } from 'citty';
import { verbMeta } from './verb.js';

export default defineCommand({
  meta: verbMeta({
    name: 'idl',
    description: 'Checks, publishes and formats interface definitions and generates TypeScript from them',
    examples: ['deciduous idl check kv.idl', 'deciduous idl generate kv.idl --out src/generated', 'deciduous idl fmt kv.idl'],
  }),
  subCommands: {
    check: () => import('./idl/check.js').then((verb) => verb.default),
    generate: () => import('./idl/generate.js').then((verb) => verb.default),
    reference: () => import('./idl/reference.js').then((verb) => verb.default),
    lsp: () => import('./idl/lsp.js').then((verb) => verb.default),
    lock: () => import('./idl/lock.js').then((verb) => verb.default),
    fmt: () => import('./idl/fmt.js').then((verb) => verb.default),
  },
});
