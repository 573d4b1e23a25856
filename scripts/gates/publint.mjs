/** Gate: publint finds nothing to say about the package as strangers will get it. */
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { finish, read, tree } from './gate.mjs';

const { messages } = await publint({ pkgDir: tree, strict: true });
const manifest = JSON.parse(read('package.json'));
finish(
  messages.map((message) => ({
    where: `package.json ${message.path.join('.')}`,
    what: `${message.code} ${formatMessage(message, manifest, { color: false })}`,
  })),
);
