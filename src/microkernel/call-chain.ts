/** The calls of a path by name: for the epitaph. */
import { HOST_ID, indexOf, KERNEL_ID, type DomainId } from '../abi/domain-id.js';
import type { CallPath } from '../abi/epitaph.js';
import type { PathStep } from '../proxy/call-path.js';
import type { Life } from './program.js';

/** Lives that are remembered after their burial. */
const MOST_BURIED = 16;

export class CallChain {
  /** The latest last. Who panics because its callee has panicked may be buried first, and the callee's epitaph names it. */
  readonly #buried: Life[] = [];
  readonly #lives: ReadonlyMap<DomainId, Life>;

  constructor(lives: ReadonlyMap<DomainId, Life>) {
    this.#lives = lives;
  }

  /** To be called when a life is over. */
  remember(life: Life): void {
    if (this.#buried.push(life) > MOST_BURIED) this.#buried.shift();
  }

  #lifeOf(id: DomainId): Life | undefined {
    return this.#lives.get(id) ?? this.#buried.find((life) => life.id === id);
  }

  /** The outermost call first. */
  named(path: readonly PathStep[]): CallPath[] {
    return path
      .map(({ caller, callee, method }) => ({ caller: this.nameOf(caller), domain: this.nameOf(callee), method: this.#methodOf(callee, method) }))
      .reverse();
  }

  nameOf(id: DomainId): string {
    if (id === HOST_ID) return 'host';
    if (id === KERNEL_ID) return 'kernel';
    return this.#lifeOf(id)?.program.name ?? `domain ${indexOf(id)}`;
  }

  /** `Interface.method` of what a domain said that it provides; of objects that it passed in calls, the kernel knows the number alone. */
  #methodOf(callee: DomainId, method: number): string {
    const life = this.#lifeOf(callee);
    const exported = method >>> 16;
    const provided = Object.values(life?.provides ?? {}).find((one) => one.exported === exported);
    for (const schema of life?.program.request.leaf.schemas ?? []) {
      const def = Object.values(schema.interfaces).find(({ id }) => id === provided?.interfaceId);
      const name = def?.methods[method & 0xffff]?.name;
      if (def !== undefined && name !== undefined) return `${def.name.slice(def.name.lastIndexOf('.') + 1)}.${name}`;
    }
    return `method ${method & 0xffff} of export ${exported}`;
  }
}
