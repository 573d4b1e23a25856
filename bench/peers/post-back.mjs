// Sends back what it gets: as a structured clone, or with its buffer transferred.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ value, transfer }) => parentPort.postMessage(value, transfer ? [value] : []));
