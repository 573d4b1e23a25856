// The least that a call over a message port can be: two numbers there, one back, in the order in which they came.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ([a, b]) => parentPort.postMessage((a + b) >>> 0));
