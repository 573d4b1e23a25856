/** Gate: every file is laid out as Biome does it (biome.json). */
import { finish, giveUp, runJsonTool } from './gate.mjs';

const { summary, diagnostics } = runJsonTool('@biomejs/biome/bin/biome', ['format', '.', '--reporter=json', '--max-diagnostics=none']);
if (summary.changed + summary.unchanged + summary.errors === 0) giveUp('biome', 'it found no files');
finish(
  diagnostics.map(({ category, message, location }) =>
    category === 'format' && message.startsWith('Formatter would have')
      ? { where: location.path, what: 'is not laid out as the formatter does it', todo: 'npm run format' }
      : { where: location?.path ?? 'biome.json', what: message, todo: 'the formatter could not read it' },
  ),
  `${summary.unchanged} files looked at`,
);
