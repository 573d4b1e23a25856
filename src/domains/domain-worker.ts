/**
 * The modules of a domain's thread, which domain-start.ts runs. It locks its realm down, says that it is ready, and waits; a spare is a thread that has come this far. What it becomes is in the order to
 * load that the kernel gives it.
 */
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import type { Limits } from '../abi/limits.js';
import { controlPort } from '../proxy/control-port.js';
import type { DomainControl, DomainNotice, LoadAnswer, LoadOrder } from '../abi/control-protocol.js';
import { DomainRuntime } from './runtime.js';

/** What V8 has compiled of this thread's modules so far (domain-start.ts). */
declare const makeCodeCache: () => Uint8Array;

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a domain: the kernel starts it');
const post = port.postMessage.bind(port);
const tell = (notice: DomainNotice): void => post(notice);

let runtime: DomainRuntime | null = null;

const control: DomainControl = {
  async load(order: LoadOrder): Promise<LoadAnswer> {
    runtime = new DomainRuntime(order, (level, text, dropped) => tell({ notice: 'log', level, text, dropped }));
    return runtime.load();
  },
  setLimits(limits: Limits): void {
    runtime?.setLimits(limits);
  },
  rest(isResting: boolean): void {
    runtime?.rest(isResting);
  },
  codeCache() {
    return makeCodeCache();
  },
  check() {
    return runtime?.check() ?? [];
  },
};

Comlink.expose(control, controlPort(port));
tell({ notice: 'ready' });
