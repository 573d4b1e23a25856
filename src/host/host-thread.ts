/** The host as domain 0: its heap, its endpoint, and its line to the kernel thread. */
import { MessageChannel, Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { store } from '../abi/atomics.js';
import { HOST_ID, HOST_INDEX, KERNEL_INDEX } from '../abi/domain-id.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import type { CloseReport, KernelControl, KernelEvent, KernelOptions } from '../abi/kernel-protocol.js';
import { LIFE, Life, lifeWord, threadRow, X_QUOTA } from '../abi/thread-layout.js';
import { closeBuildPool, mapStack } from '../pack/index.js';
import { controlPort } from '../proxy/control-port.js';
import { writeName } from '../proxy/domain-names.js';
import { Endpoint } from '../proxy/endpoint.js';
import { Interfaces } from '../proxy/proxies.js';
import { ThreadHeap } from '../shared-heap/heap.js';
import { openShared, reserveShared, type SharedState } from '../shared-heap/shared-state.js';
import { TypeRegistry } from '../shared-heap/types/type-registry.js';
import { TypeTable } from '../shared-heap/types/type-table.js';
import { HostPump } from './host-pump.js';
import { WatchedCalls } from './watched-calls.js';

export interface HostOptions {
  readonly sharedHeapBytes: number;
  readonly spares: number;
  readonly paranoid: boolean;
  /** Of a trace, for each thread; 0 for none. */
  readonly traceEntries: number;
}

const KERNEL_HAS_ENDED = 'the kernel’s thread has ended, and every domain with it: close this kernel and boot() another';
const KERNEL_ENTRY = new URL('../microkernel/kernel-worker.js', import.meta.url);

export class HostThread {
  readonly shared: SharedState;
  readonly heap: ThreadHeap;
  readonly registry: TypeRegistry;
  readonly endpoint: Endpoint;
  readonly interfaces: Interfaces;
  readonly pump: HostPump;
  readonly control: Comlink.Remote<KernelControl>;
  readonly words: Int32Array;
  /** The calls of this host, for whoever looks. */
  readonly calls = new WatchedCalls();
  readonly #worker: Worker;
  /** Source maps by script name, so that a stack from any domain can be read. */
  readonly #scripts = new Map<string, string>();
  #busy = 0;
  #isClosed = false;
  /** What still waits for the kernel: refused when it closes. */
  readonly #open = new Set<(error: Error) => void>();
  onEvent: (event: KernelEvent) => void = () => {};

  constructor(options: HostOptions) {
    const handles = reserveShared(options.sharedHeapBytes, options.traceEntries);
    this.shared = openShared(handles);
    this.words = this.shared.controlViews.words;
    TypeTable.initialise(this.shared);
    for (const index of [HOST_INDEX, KERNEL_INDEX]) {
      this.words[threadRow(index) + X_QUOTA] = Math.floor(options.sharedHeapBytes / GRANULE_BYTES);
      store(this.words, threadRow(index) + LIFE, lifeWord(Life.Live, 1));
    }
    writeName(this.shared.controlViews, HOST_INDEX, 'host');
    writeName(this.shared.controlViews, KERNEL_INDEX, 'kernel');
    this.heap = new ThreadHeap(this.shared, HOST_ID, { paranoid: options.paranoid, harden: Object.freeze });
    this.registry = new TypeRegistry(this.heap, true, (value, id, where) => this.interfaces.stage(value, id, where));
    this.endpoint = new Endpoint(this.heap, this.registry, {
      isTrusted: true,
      capability: (...received) => this.interfaces.received(...received),
      mapStack: (text, domain) => this.#lazyStack(text, domain),
      die: () => {},
      watch: this.calls,
    });
    this.interfaces = new Interfaces(this.endpoint);
    const events = new MessageChannel();
    const kernelOptions: KernelOptions = { shared: handles, spares: options.spares, paranoid: options.paranoid };
    this.#worker = new Worker(KERNEL_ENTRY, { workerData: { ...kernelOptions, events: events.port2 }, transferList: [events.port2], execArgv: [] });
    this.#worker.unref();
    this.#worker.once('exit', () => this.#kernelEnded());
    events.port1.on('message', (event: KernelEvent) => this.onEvent(event));
    events.port1.unref();
    this.pump = new HostPump(this.endpoint, (alive) => this.#keepAlive(alive));
    this.endpoint.references.exports.onExport = () => this.pump.listen();
    this.control = this.#countBusy(Comlink.wrap<KernelControl>(controlPort(this.#worker)));
  }

  /** Its calls and requests are settled at once; a call that blocks this thread ends by the heartbeat. */
  #kernelEnded(): void {
    this.endpoint.kernelHasEnded = true;
    if (!this.#isClosed) this.endpoint.asyncCalls.poll();
    for (const reject of this.#open) reject(new Error(this.#isClosed ? 'the kernel was closed' : KERNEL_HAS_ENDED));
  }

  #pumping = false;

  /** The kernel's thread keeps the process alive exactly while somebody here waits for something. */
  #keepAlive(alive: boolean): void {
    if (alive === this.#pumping) return;
    this.#pumping = alive;
    this.#hold(alive ? 1 : -1);
  }

  #hold(change: 1 | -1): void {
    this.#busy += change;
    if (this.#busy > 0) this.#worker.ref();
    // A thread that ends is waited for, whoever lets go of it late: the pump may notice its last answer only now.
    else if (!this.#isClosed) this.#worker.unref();
  }

  /** Keeps the process alive until the promise settles. */
  async keepAliveFor<T>(promise: Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error('the kernel is closed');
    if (this.endpoint.kernelHasEnded) throw new Error(KERNEL_HAS_ENDED);
    this.#hold(1);
    let reject = (_error: Error): void => {};
    const closed = new Promise<never>((_, refuse) => {
      reject = refuse;
    });
    this.#open.add(reject);
    try {
      return await Promise.race([promise, closed]);
    } finally {
      this.#open.delete(reject);
      this.#hold(-1);
    }
  }

  #countBusy(remote: Comlink.Remote<KernelControl>): Comlink.Remote<KernelControl> {
    const methods = ['load', 'unload', 'upgrade', 'kill', 'setLimits', 'supervise', 'unloadSupervisor', 'lock', 'stats', 'audit', 'close'] as const;
    const counted = methods.map((method) => [
      method,
      (...args: never[]) => this.keepAliveFor((remote[method] as (...args: never[]) => Promise<unknown>)(...args)),
    ]);
    return Object.fromEntries(counted) as Comlink.Remote<KernelControl>;
  }

  /** Answers what puts back the map that was there. */
  addScript(name: string, sourceMap: unknown): () => void {
    const script = `${encodeURIComponent(name)}.leaf`;
    const before = this.#scripts.get(script);
    // Of a life that had this name before, the map would tell lies.
    if (typeof sourceMap !== 'string') this.#scripts.delete(script);
    else this.#scripts.set(script, sourceMap);
    return () => this.addScript(name, before);
  }

  /** A domain's stack trace in the words of its source; as it is where the leaf brought no map that can be used. */
  mapStack(text: string, domain: string): string {
    return this.#lazyStack(text, domain)();
  }

  /**
   * The map is found now, and used when somebody asks: by then the name may be another program's. It is that of the domain which failed, whatever the text says: messages may hold lines that look
   * like another one's frames.
   */
  #lazyStack(text: string, domain: string): () => string {
    const script = `${encodeURIComponent(domain)}.leaf`;
    const map = this.#scripts.get(script);
    if (map === undefined) return () => text;
    return () => {
      try {
        return mapStack(text, map, script);
      } catch {
        return text;
      }
    };
  }

  /** Resolves when the kernel's thread answers. */
  async start(): Promise<void> {
    const failed = new Promise<never>((_, reject) => this.#worker.once('error', reject));
    await Promise.race([this.control.stats(), failed]);
  }

  async close(): Promise<CloseReport> {
    const report = await this.control.close().catch((error: unknown): CloseReport => {
      // Of a kernel that has ended there is nothing left to close.
      if (!this.endpoint.kernelHasEnded) throw error;
      return { condemned: [] };
    });
    // What the kernel settled last would find nobody who looks.
    this.endpoint.asyncCalls.poll();
    this.pump.close();
    this.#isClosed = true;
    // Nobody reads what is dropped from now on.
    this.endpoint.references.log.close();
    // The kernel's thread waits for those of its domains, so with one that does not stop it never ends.
    const ending = this.#worker.terminate();
    if (report.condemned.length === 0) await ending;
    for (const reject of this.#open) reject(new Error('the kernel was closed'));
    await closeBuildPool();
    return report;
  }
}
