/**
 * Live upgrade: a new version takes the place of the present one while callers call.
 *
 *   nothing is kept     the new life initialises beside the present one -> the binding names it -> the present one begins no call any more, its callers carry over what has not begun, and it ends what has -> it is ended
 *   something is kept   the present one begins no call any more, ends what it has begun, and lends nothing of what is kept -> it begins nothing at all, timers included -> its thread is ended, its mailbox goes on taking calls -> the kernel keeps
 *                       its media, the new life takes them over and initialises -> the binding names it -> what waited in the mailbox never started: its callers carry it over (src/proxy/succession.ts)
 *
 *   what goes wrong                            what follows
 *   -----------------------------------------  ------------------------------------------------------------------------------------------------------
 *   the new version does not initialise        refused. The present one goes on; where something is kept it has ended by then, and begins anew from its media
 *   the present one dies before the binding    refused, the new life is ended; the restart policy decides, for the present version
 *   names the new one
 *   the present one dies after that            a crash of a version that was replaced: what it ran is lost, what it had not begun is carried over
 *   calls run on in it for longer than         nothing is kept: it is killed, and they get DomainCrashed. Something is kept: refused, and it goes on
 *   `drainMs`
 *   it is unloaded, the kernel closes          refused, both lives end
 *   another upgrade of it is under way         refused
 */
import { nowMs } from '../abi/clock.js';
import type { Resting } from '../abi/control-protocol.js';
import type { LoadReply, UpgradeRequest } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import type { CrashCause } from '../abi/result.js';
import type { Births, Takeover } from './births.js';
import type { DomainThread } from './domain-thread.js';
import type { Life, Program } from './program.js';
import type { ProgramParts } from './program-parts.js';
import { refusal } from './refusal.js';
import { registerInTurns } from './schema-check.js';

/** How often it is looked whether calls have ended. */
const LOOK_MS = 1;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

export class Upgrades {
  readonly #parts: ProgramParts;
  readonly #births: Births;
  readonly #end: (life: Life, cause: CrashCause) => Promise<void>;

  constructor(parts: ProgramParts, births: Births, end: (life: Life, cause: CrashCause) => Promise<void>) {
    this.#parts = parts;
    this.#births = births;
    this.#end = end;
  }

  /** Resolves when the version that was replaced is gone, or with why the program goes on as it was. */
  async upgrade(program: Program, request: UpgradeRequest): Promise<LoadReply> {
    if (program.isUpgrading) return refusal('Overloaded', 'another upgrade of it is under way');
    program.isUpgrading = true;
    try {
      return await this.#upgrade(program, request);
    } finally {
      program.isUpgrading = false;
    }
  }

  async #upgrade(program: Program, { leaf, drainMs }: UpgradeRequest): Promise<LoadReply> {
    const { media, registry } = this.#parts;
    try {
      await registerInTurns(leaf.schemas, registry);
    } catch (error) {
      return refusal('InvalidType', (error as Error).message);
    }
    const present = program.life;
    if (present === null || present.isStarting || present.deadSince !== null)
      return refusal('DomainDead', 'it has no life that could be replaced: wait for ready()');
    const before = program.request.leaf;
    const unkept = media.declare(program, leaf);
    if (unkept !== undefined) return refusal('InvalidType', unkept);
    if (!media.has(program)) return this.#beside(present, leaf, drainMs);
    const reply = await this.#oneAfterTheOther(present, leaf, before, drainMs);
    if (reply.ok) return reply;
    await media.unlent(program);
    // Of who was unloaded everything is given up already, and its places may be another program's.
    if (!program.ended) media.retract(program, before);
    return reply;
  }

  /** Nothing is kept: the two versions live side by side for a while. */
  async #beside(present: Life, leaf: Leaf, drainMs: number): Promise<LoadReply> {
    const reply = await this.#begin(present, leaf);
    if (!reply.ok) return reply;
    const { settlement } = this.#parts.undertaker;
    await this.#rest(present, drainMs, 'calls', () => !settlement.turnAway(present.id));
    await this.#end(present, 'killed');
    return reply;
  }

  async #oneAfterTheOther(present: Life, leaf: Leaf, before: Leaf, drainMs: number): Promise<LoadReply> {
    const { media, undertaker } = this.#parts;
    const { settlement } = undertaker;
    const { program } = present;
    // What takes long is done before anybody has to wait.
    const thread = await this.#parts.spares.take(program.request.powers.profile);
    const isLent = (): boolean => media.holds(program, settlement.lentBy(present.id));
    const isAtRest = (): boolean => !settlement.runs(present.id) && media.changing(program) === undefined && !isLent();
    if (!(await this.#rest(present, drainMs, 'everything', isAtRest))) {
      thread.terminate();
      if (present.deadSince !== null) return DIED;
      const changing = settlement.runs(present.id) ? undefined : media.changing(program);
      const why =
        changing !== undefined
          ? `the medium '${changing.name}' was in the middle of a change (intent ${changing.intent})`
          : isLent()
            ? 'a call of the present version lent what that keeps'
            : 'calls ran on in the present version';
      await Promise.race([present.thread.control.rest('nothing'), present.dead]);
      const wayOut =
        changing === undefined ? '' : '. A change that a crash has left open is so until the present version has begun and committed one: let it do that';
      return refusal('TimedOut', `${why} for longer than ${drainMs} ms, and it has to be at rest before it hands over what it keeps${wayOut}`);
    }
    const since = nowMs();
    present.isHandingOver = true;
    present.thread.terminate();
    await present.thread.ended;
    if (present.deadSince !== null) {
      thread.terminate();
      return DIED;
    }
    media.keep(program, present.id);
    let reply = await this.#begin(present, leaf, thread);
    if (!reply.ok && present.deadSince === null) {
      const again = await this.#begin(present, before);
      if (again.ok) {
        program.restarts++;
        this.#parts.emit({ event: 'restart', program: program.number, loaded: again.loaded, downMs: nowMs() - since });
      } else reply = refusal(reply.failure.code, `${reply.failure.message}; and the version before did not begin anew: ${again.failure.message}`);
    }
    // From here on what waited is carried over by its callers; where there is nobody, the death is one like any other.
    undertaker.markDead(present, 'killed');
    await present.buried;
    return reply;
  }

  /** Begins a life that takes over from the present one, unless that dies meanwhile. */
  async #begin(present: Life, leaf: Leaf, thread: DomainThread | null = null): Promise<LoadReply> {
    const { program } = present;
    const over: Takeover = { leaf, thread, life: null, isStillWanted: () => program.life === present && present.deadSince === null && !program.ended };
    const reply = await Promise.race([this.#births.start(program, over), present.dead.then(() => null)]);
    if (reply !== null) return reply;
    // It may have come through in the same turn.
    if (over.life !== null && program.life !== over.life) await this.#end(over.life, 'killed');
    return DIED;
  }

  /** Lets a life begin no call any more and, once it is at rest, nothing at all where `what` says so. Answers whether it came to that in time. */
  async #rest(life: Life, drainMs: number, what: Resting, isAtRest: () => boolean): Promise<boolean> {
    const until = nowMs() + drainMs;
    let told: Resting | null = null;
    const tell = (resting: Resting): void => {
      told = null;
      void life.thread.control.rest(resting).then(() => {
        told = resting;
      });
    };
    tell('calls');
    for (;;) {
      if (life.deadSince !== null || nowMs() >= until) return false;
      // What it had begun before it was told is seen to run; and a timer may have begun something since.
      if (told !== null) {
        const wanted = isAtRest() ? what : null;
        if (told === wanted) return true;
        if (told !== (wanted ?? 'calls')) tell(wanted ?? 'calls');
      }
      await pause();
    }
  }
}

const DIED = refusal('DomainCrashed', 'the present version died before the new one had taken over: its restart policy decides');
