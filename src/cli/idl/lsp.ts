/** `deciduous idl lsp`: the language server, over standard input and output. */
import { defineCommand } from 'citty';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from '../../idl/language-server/server.js';
import { packageVersion, verbMeta } from '../verb.js';

export default defineCommand({
  meta: verbMeta({
    name: 'lsp',
    description: 'Serves editors over standard input and output: diagnostics, completion, layout, rename and more',
    examples: ['deciduous idl lsp   # started by the editor: see docs/editor.md'],
  }),
  args: { stdio: { type: 'boolean', description: 'What editors pass; there is no other way to talk to it' } },
  async run() {
    const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
    serve(connection, packageVersion());
    connection.listen();
    // The connection ends the process: on `exit`, or when the editor has gone.
    await new Promise<never>(() => {});
  },
});
