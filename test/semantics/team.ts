/** Domains that live and die together, for the tests of supervision: a journal hears of every life that begins, and says what it is to do. */
import type { DomainHandle, GivenUp, KernelHandle, LoadOptions, SupervisorNews } from 'deciduous';
import { Journal, Member, MemberShadow } from '../fixtures/extensions/generated/team.js';
import { leafOf, World } from './lab.js';

export { Member, MemberShadow };

export interface Loader {
  load(extension: Awaited<ReturnType<typeof leafOf>>, options?: LoadOptions): Promise<DomainHandle>;
}

/** What a life is told to do when it begins. */
export const BEGIN = { live: 0, panic: 1, leave: 2 } as const;

export class Team {
  readonly world: World;
  /** `name#life` of every life that has begun, in order. */
  readonly lives: string[] = [];
  /** What lives are told that begin, by name; 0 where nothing is said. */
  readonly orders = new Map<string, number>();
  readonly news: SupervisorNews[] = [];
  readonly gaveUp: GivenUp[] = [];
  /** `name#life` of every life that has ended by itself. */
  readonly exits: string[] = [];
  readonly #journal: object;

  private constructor(world: World) {
    this.world = world;
    this.#journal = world.kernel.provide(Journal, {
      began: (name, life) => {
        this.lives.push(`${name}#${life}`);
        return this.orders.get(name) ?? BEGIN.live;
      },
    });
    world.kernel.on('supervisor', (news) => this.news.push(news));
    world.kernel.on('give-up', (given) => this.gaveUp.push(given));
    world.kernel.on('exit', ({ domain, incarnation }) => this.exits.push(`${domain}#${incarnation}`));
  }

  static async open(options: Parameters<typeof World.open>[0] = {}): Promise<Team> {
    return new Team(await World.open({ spares: 2, ...options }));
  }

  get kernel(): KernelHandle {
    return this.world.kernel;
  }

  /** A member under a supervisor, or by itself. */
  async member(under: Loader, name: string, options: LoadOptions = {}): Promise<DomainHandle> {
    return under.load(await leafOf('supervision/member.ts'), {
      name,
      ...options,
      grant: { journal: this.#journal },
      limits: { timeSliceMs: 600_000, ...options.limits },
    });
  }

  /** A member that asks a peer. */
  async follower(under: Loader, name: string, peer: DomainHandle): Promise<DomainHandle> {
    return under.load(await leafOf('supervision/follower.ts'), { name, grant: { journal: this.#journal, peer: peer.get(MemberShadow) } });
  }

  /** What has begun since the last look. */
  took(): string[] {
    return this.lives.splice(0);
  }

  async stateOf(name: string): Promise<string | undefined> {
    return (await this.kernel.stats()).domains.find((each) => each.name === name)?.state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kernel.close();
  }
}
