/** The entry of the kernel's thread. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import * as Comlink from 'comlink';
import type { KernelOptions } from '../abi/kernel-protocol.js';
import { controlPort } from '../proxy/control-port.js';
import { Kernel } from './kernel.js';

const port = parentPort;
if (port === null) throw new Error('this module is the entry of the kernel: boot() starts it');
const options = workerData as KernelOptions & { readonly events: MessagePort };
const kernel = new Kernel(options, (event) => options.events.postMessage(event));
Comlink.expose(kernel, controlPort(port));
