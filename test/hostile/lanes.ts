/** Some equal domains in turn: one that died is loaded anew while the others go on. */
import type { DomainHandle, KernelHandle } from 'deciduous';

export class Lanes {
  readonly #load: (name: string) => Promise<DomainHandle>;
  readonly #ready: DomainHandle[] = [];
  readonly #names = new Map<string, DomainHandle>();
  #loaded = 0;
  readonly #loading: Promise<void>[] = [];

  private constructor(kernel: KernelHandle, load: (name: string) => Promise<DomainHandle>) {
    this.#load = load;
    kernel.on('crash', ({ domain }) => {
      const dead = this.#names.get(domain);
      if (dead === undefined) return;
      this.#names.delete(domain);
      const at = this.#ready.indexOf(dead);
      if (at !== -1) this.#ready.splice(at, 1);
      this.#loading.push(dead.unload().then(() => this.#add()));
    });
  }

  static async open(kernel: KernelHandle, count: number, load: (name: string) => Promise<DomainHandle>): Promise<Lanes> {
    const lanes = new Lanes(kernel, load);
    await Promise.all(Array.from({ length: count }, () => lanes.#add()));
    return lanes;
  }

  async #add(): Promise<void> {
    const name = `fuzzed ${++this.#loaded}`;
    const domain = await this.#load(name);
    this.#names.set(name, domain);
    this.#ready.push(domain);
  }

  /** A domain that lives, as far as is known: the host hears of a death a moment later. */
  async next(): Promise<DomainHandle> {
    for (;;) {
      const domain = this.#ready.shift();
      if (domain !== undefined) {
        this.#ready.push(domain);
        return domain;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#loading);
    await Promise.all([...this.#names.values()].map((domain) => domain.unload()));
  }
}
