/** What a proxy of a guarded kernel leads to, and under which number each process of that kernel knows it. */
import type { Schema } from '../../abi/schema.js';
import type { Binding } from './protocol.js';

/** A process, as far as naming things to it goes. */
export interface Namer {
  schemaNumber(schema: Schema): number;
  bind(binding: Binding): number;
  unbind(number: number): void;
}

export class Target {
  /** The callee's name, for errors. */
  readonly label: string;
  /** A shadow's calls may be issued again. */
  readonly isShadow: boolean;
  /** The process that it belongs to and ends with; null for what every process is told of anew. */
  readonly home: Namer | null;
  readonly #describe: ((namer: Namer) => Binding) | null;
  readonly #numbers = new WeakMap<Namer, number>();
  #isDropped = false;

  private constructor(label: string, isShadow: boolean, home: Namer | null, describe: ((namer: Namer) => Binding) | null) {
    this.label = label;
    this.isShadow = isShadow;
    this.home = home;
    this.#describe = describe;
  }

  /** What any process can be told of. */
  static lasting(label: string, describe: (namer: Namer) => Binding, isShadow = false): Target {
    return new Target(label, isShadow, null, describe);
  }

  /** One life of a domain, which the process hears of now: which life is meant is said while it lasts. */
  static ofLife(label: string, namer: Namer, binding: Binding): Target {
    const target = new Target(label, false, namer, null);
    target.#numbers.set(namer, namer.bind(binding));
    return target;
  }

  /** A reference that came from a process under a number of its own. */
  static received(label: string, namer: Namer, number: number): Target {
    const target = new Target(label, false, namer, null);
    target.#numbers.set(namer, number);
    return target;
  }

  /** A life that is over. */
  static dead(label: string): Target {
    return new Target(label, false, NOBODY, null);
  }

  get isDropped(): boolean {
    return this.#isDropped;
  }

  /** Its number there; null where it is nothing to that process. */
  numberIn(namer: Namer): number | null {
    const known = this.#numbers.get(namer);
    if (known !== undefined) return known;
    if (this.#describe === null) return null;
    const number = namer.bind(this.#describe(namer));
    this.#numbers.set(namer, number);
    return number;
  }

  /** Ends what is held through it. What every process is told of holds nothing. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    const number = this.home === null ? undefined : this.#numbers.get(this.home);
    if (number !== undefined) this.home?.unbind(number);
  }
}

const NOBODY: Namer = { schemaNumber: () => 0, bind: () => 0, unbind: () => {} };
