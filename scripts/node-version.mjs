/** Refuses a Node older than package.json's `engines`, before something less clear does. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Ends the process with a sentence where this Node is older than the lowest version that `engines.node` (`>=MAJOR.MINOR`) allows. */
export function requireNode(root) {
  const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  console.error(`This needs Node ${engines.node}; this is ${process.version}. Install a newer Node, for example the current long-term version, and try again.`);
  process.exit(1);
}
