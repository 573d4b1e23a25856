/** `npm run recovery`: runs the experiment of recovery with the arguments given (`npm run recovery -- --help`). */
import { runSample } from './sample.mjs';

await runSample('recovery');
