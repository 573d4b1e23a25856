/** Who takes part: the host, which does not die, and three domains, of which a new one is born for each that dies. */
import { RRefArray, RRefDeque, RRefVec } from '../../dist/abi/container-tokens.js';
import type { TypeRuntime } from '../../dist/shared-heap/types/type-runtime.js';
import { Node } from '../fixtures/model/generated/model.js';
import type { Life } from './ledger.js';
import { GRID, type Kind, KINDS, RING } from './model.js';
import type { Member, World } from './world.js';

/** Granules. Enough for some values with a span, so that quotas are met often. */
export const QUOTA = 60_000;
const DOMAINS = 3;
const TOKENS = { node: Node, ring: RRefDeque(Node, RING), grid: RRefArray(Node, GRID), numbers: RRefVec('u16') };

export class Crew {
  readonly host: Life;
  lives: Life[];
  /** Some that have died. */
  readonly graves: Member[] = [];
  readonly #world: World;
  readonly #methodsOf: (life: Life) => { [name: string]: (...args: never[]) => unknown };

  /** `methodsOf` says what a life provides. It is not called before `assemble`. */
  constructor(world: World, methodsOf: (life: Life) => { [name: string]: (...args: never[]) => unknown }) {
    this.#world = world;
    this.#methodsOf = methodsOf;
    this.host = this.#lifeOf(world.host);
    world.setQuota(world.host, QUOTA);
    this.lives = [this.host];
  }

  assemble(): void {
    this.#world.provide(this.host.member, this.#methodsOf(this.host));
    for (let count = 0; count < DOMAINS; count++) this.lives.push(this.#born());
  }

  life(choice: number): Life {
    return this.lives[choice % this.lives.length];
  }

  domain(choice: number): Life {
    return this.lives[1 + (choice % DOMAINS)];
  }

  /** Somebody has died and is buried. */
  replace(dead: Life): void {
    this.graves.push(dead.member);
    if (this.graves.length > 3) this.graves.shift();
    this.lives = this.lives.map((life) => (life === dead ? this.#born() : life));
  }

  #born(): Life {
    const life = this.#lifeOf(this.#world.birth(QUOTA));
    this.#world.provide(life.member, this.#methodsOf(life));
    return life;
  }

  #lifeOf(member: Member): Life {
    const types = Object.fromEntries(KINDS.map((kind) => [kind, member.registry.byToken(TOKENS[kind] as never)])) as { [kind in Kind]: TypeRuntime };
    return { member, types, roots: [], dropped: new Set(), tracked: [], charged: 0, quota: QUOTA };
  }
}
