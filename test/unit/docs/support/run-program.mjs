/** Runs the program that is named, as `npx tsx` would, without handing the compiler on to worker threads. */
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';

register();
await import(pathToFileURL(process.argv[2]).href);
