/**
 * `npm run build:editor [-- --out FILE]`: bundles the client of editors/vscode and packs the extension into a `.vsix`. Needs no network; the same sources make
 * the same bytes on every machine.
 *
 * A `.vsix` is a zip with the extension's files in `extension/`, a manifest for the gallery, and the types of the files. `editors/vscode/dist` is where both go.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { orExplain, root, setUp } from './setup.mjs';

const home = path.join(root, 'editors', 'vscode');

const TYPES = {
  js: 'application/javascript',
  json: 'application/json',
  md: 'text/markdown',
  txt: 'text/plain',
  vsixmanifest: 'text/xml',
};

/** The earliest time that a zip can hold, in local terms, for that is what a zip holds. */
const NO_TIME = new Date(1980, 0, 1);

const escaped = (text) => String(text).replace(/[<>&'"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

function galleryManifest(manifest) {
  const { name, publisher, version, displayName, description, keywords, categories, engines } = manifest;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escaped(name)}" Version="${escaped(version)}" Publisher="${escaped(publisher)}"/>
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Tags>${escaped([...keywords, '__ext_idl'].join(','))}</Tags>
    <Categories>${escaped(categories.join(','))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <License>extension/LICENSE.txt</License>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escaped(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionPack" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
      <Property Id="Microsoft.VisualStudio.Code.ExecutesCode" Value="true"/>
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function contentTypes() {
  const defaults = Object.entries(TYPES).map(([extension, type]) => `<Default Extension=".${extension}" ContentType="${type}"/>`);
  return `<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${defaults.join('')}</Types>\n`;
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .map((name) => name.split(path.sep).join('/'));
}

/** The client and all that it needs but the editor's own module, in one file. */
async function bundle() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [path.join(home, 'src', 'client.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    // Without it the names of folders would be in the output.
    minify: true,
    legalComments: 'inline',
    logLevel: 'error',
  });
  return outputFiles[0].contents;
}

/** The bytes of the `.vsix`, and its name. What they are made with is loaded here, because a fresh clone has to install it first. */
async function packEditor() {
  const { strToU8, zipSync } = await import('fflate');
  const manifest = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  const read = (...parts) => readFileSync(path.join(...parts));
  const files = new Map([
    ['[Content_Types].xml', strToU8(contentTypes())],
    ['extension.vsixmanifest', strToU8(galleryManifest(manifest))],
    ['extension/package.json', read(home, 'package.json')],
    ['extension/README.md', read(home, 'README.md')],
    ['extension/LICENSE.txt', read(root, 'LICENSE')],
    ['extension/language-configuration.json', read(home, 'language-configuration.json')],
    ['extension/dist/client.js', await bundle()],
    ...filesIn(path.join(home, 'syntaxes')).map((name) => [`extension/syntaxes/${name}`, read(home, 'syntaxes', name)]),
  ]);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, bytes]) => [name, new Uint8Array(bytes)]);
  return { name: `${manifest.name}-${manifest.version}.vsix`, bytes: zipSync(Object.fromEntries(sorted), { mtime: NO_TIME, level: 9 }) };
}

const { values } = parseArgs({ options: { out: { type: 'string' } } });
await orExplain(async () => {
  await setUp();
  const { name, bytes } = await packEditor();
  const target = path.resolve(values.out ?? path.join(home, 'dist', name));
  const shown = path.relative(process.cwd(), target);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, bytes);
  console.log(`${shown}: ${bytes.length} bytes`);
  console.log(`install it: code --install-extension ${shown}`);
});
