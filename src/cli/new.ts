/** `deciduous new`: a host with one extension and its interface, which runs and passes its own test. */
import path from 'node:path';
import { defineCommand } from 'citty';
import { deciduousVersion } from './new/deciduous-version.js';
import { projectName } from './new/project-name.js';
import { projectFiles, refuseToOverwrite, writeProject } from './new/scaffold.js';
import { print, printJson, UsageError, verbMeta } from './verb.js';

export default defineCommand({
  meta: verbMeta({
    name: 'new',
    description: 'Makes a host with one extension and its interface, which runs and passes its own test',
    examples: ['deciduous new my-host', 'deciduous new @acme/my-host --folder services/host', 'deciduous new my-host --deciduous ./deciduous-0.1.0.tgz'],
  }),
  args: {
    name: { type: 'positional', required: true, description: "The project's name, as npm takes it; its interface is called after it" },
    folder: { type: 'string', valueHint: 'FOLDER', description: 'Where it goes; a folder of its name here unless given' },
    deciduous: {
      type: 'string',
      valueHint: 'SPEC',
      description: 'Which deciduous it uses: a version, or a path to a package; this one unless given',
    },
    json: { type: 'boolean', description: 'Answer with one JSON object' },
  },
  run({ args }) {
    if (args._.length > 1) throw new UsageError(`one project at a time: ${args._.join(', ')} are several`);
    const name = projectName(args.name);
    const folder = path.resolve(args.folder ?? name.folder);
    refuseToOverwrite(folder);
    const files = projectFiles(name, deciduousVersion(args.deciduous, folder));
    writeProject(folder, files);
    const here = path.relative('', folder) || '.';
    const next = [...(here === '.' ? [] : [`cd ${here.includes(' ') ? JSON.stringify(here) : here}`]), 'npm install', 'npm start', 'npm test'];
    if (args.json) printJson({ ok: true, name: name.npm, folder, interface: name.idl, files: files.map((file) => file.path), next });
    else print(`${here}: ${files.length} files. Next:\n${next.map((line) => `  ${line}\n`).join('')}`);
    return 0;
  },
});
