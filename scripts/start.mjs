/** `npm start`: runs the documentation pipeline on real input with the arguments given (`npm start -- --help`). */
import { runSample } from './sample.mjs';

await runSample('docs-pipeline');
