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
  /** Who was told of it last, and as what. */
  #namer: Namer | null = null;
  #number = 0;
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
    target.#name(namer, namer.bind(binding));
    return target;
  }

  /** A reference that came from a process under a number of its own. */
  static received(label: string, namer: Namer, number: number): Target {
    const target = new Target(label, false, namer, null);
    target.#name(namer, number);
    return target;
  }

  /** A life that is over. */
  static dead(label: string): Target {
    return new Target(label, false, NOBODY, null);
  }

  get isDropped(): boolean {
    return this.#isDropped;
  }

  #name(namer: Namer, number: number): void {
    this.#namer = namer;
    this.#number = number;
  }

  /** Its number there; null where it is nothing to that process. */
  numberIn(namer: Namer): number | null {
    if (this.#namer === namer) return this.#number;
    if (this.#describe === null) return null;
    this.#name(namer, namer.bind(this.#describe(namer)));
    return this.#number;
  }

  /** Nobody here can use it any more, for all that is known: what needs it all the same has it bound again. */
  letGo(): void {
    this.#namer?.unbind(this.#number);
    this.#namer = null;
  }

  /** Ends what is held through it. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.letGo();
  }
}

const NOBODY: Namer = { schemaNumber: () => 0, bind: () => 0, unbind: () => {} };
