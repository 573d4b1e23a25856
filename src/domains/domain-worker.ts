/**
 * The modules of a domain's thread, which domain-start.ts runs. It locks its realm down, says that it is ready, and waits; a spare is a thread that has come this far. What it becomes is in the order to
 * load that the kernel gives it.
 */
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import type { Limits } from '../abi/limits.js';
import { controlPort } from '../proxy/control-port.js';
import { panicText } from '../proxy/panic-text.js';
import type { DomainControl, Beginning, DomainNotice, LoadAnswer, Preparation, Resting } from '../abi/control-protocol.js';
import { DomainRuntime } from './runtime.js';

/** What V8 has compiled of this thread's modules so far (domain-start.ts). */
declare const makeCodeCache: () => Uint8Array;

const port = parentPort;
if (port === null) throw new Error('this module is the entry of a domain: the kernel starts it');
const post = port.postMessage.bind(port);
const tell = (notice: DomainNotice): void => post(notice);

let runtime: DomainRuntime | null = null;

const control: DomainControl = {
  prepare(preparation: Preparation): void {
    runtime = new DomainRuntime(preparation, (level, text, dropped) => tell({ notice: 'log', level, text, dropped }));
    runtime.prepare();
  },
  async load(preparation: Preparation | null, beginning: Beginning): Promise<LoadAnswer> {
    if (preparation !== null) runtime = new DomainRuntime(preparation, (level, text, dropped) => tell({ notice: 'log', level, text, dropped }));
    if (runtime === null) throw new Error('this thread is not prepared');
    return runtime.load(beginning);
  },
  setLimits(limits: Limits): void {
    runtime?.setLimits(limits);
  },
  rest(what: Resting): void {
    runtime?.rest(what);
  },
  codeCache() {
    return makeCodeCache();
  },
  check() {
    return runtime?.check() ?? [];
  },
};

// The first time is slow, and when it counts somebody waits for the error: so what a panic says has been said once.
panicText(new Error('a rehearsal'), null);
Comlink.expose(control, controlPort(port));
tell({ notice: 'ready' });
