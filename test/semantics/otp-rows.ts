/** What OTP's documentation says of supervisors (stdlib, module `supervisor`; System Documentation, "Supervisor Behaviour"), in our words, and which test holds it here; and what of it is not claimed, with the reason. */
export interface OtpRow {
  readonly otp: string;
  /** The title of the test, and its file below test/. */
  readonly claim?: readonly [title: string, file: string];
  readonly notClaimed?: string;
}

const STRATEGIES = 'unit/supervision/strategies.test.ts';
const MOMENTS = 'unit/supervision/moments.test.ts';
const REAL = 'semantics/supervision.test.ts';

export const OTP_ROWS: readonly OtpRow[] = [
  { otp: 'one_for_one', claim: ['one-for-one: only the child that ended is started again', STRATEGIES] },
  { otp: 'one_for_all', claim: ['one-for-all: all others are stopped in reverse order of their start, then all are started in order', STRATEGIES] },
  {
    otp: 'rest_for_one',
    claim: ['rest-for-one: those that were started after it are stopped in reverse order, then it and they are started in order', STRATEGIES],
  },
  { otp: 'simple_one_for_one', notClaimed: 'many children of one kind are loads in a loop under a one-for-one supervisor' },
  { otp: 'intensity: up to so many restarts', claim: ['as many restarts as the intensity within the period are not too many, and one more is', STRATEGIES] },
  { otp: 'period', claim: ['restarts that are a period ago are not counted', STRATEGIES] },
  { otp: 'intensity 0', claim: ['intensity 0 allows no restart', STRATEGIES] },
  {
    otp: 'more than that: all children are terminated, then the supervisor',
    claim: ['a supervisor that gives up stops all its children in reverse order of their start', STRATEGIES],
  },
  {
    otp: 'the next higher supervisor acts: restarts it, or terminates itself',
    claim: ['a supervisor that gives up is a crashed child to its parent, which starts it and all its children again', STRATEGIES],
  },
  { otp: 'and so up to the top', claim: ['where every supervisor up to the root gives up there is one give-up, of the root', STRATEGIES] },
  { otp: 'a restarted supervisor begins to count anew', claim: ['a supervisor that was started again counts its restarts from none', STRATEGIES] },
  { otp: 'the restart of a group counts once', claim: ['the restart of a group is one restart, however many siblings are started again', STRATEGIES] },
  { otp: 'permanent', claim: ['always: a child is started again whatever its end', STRATEGIES] },
  { otp: 'transient', claim: ['on-crash: a child is started again after a crash, and not after a normal end', STRATEGIES] },
  { otp: 'temporary', claim: ['never: a child is not started again, and its end touches no sibling and is not counted', STRATEGIES] },
  {
    otp: 'temporary, terminated because of a sibling',
    claim: ['never: a child that was stopped because a sibling died is not started again either', STRATEGIES],
  },
  {
    otp: 'a transient child that had ended normally, under one_for_all',
    claim: ['a child that had ended normally is started again with its group', STRATEGIES],
  },
  {
    otp: 'a transient supervisor whose reason is shutdown is not restarted',
    notClaimed: 'a supervisor that gives up has crashed, whatever its restart type but never',
  },
  {
    otp: 'children are started in order, terminated in reverse order',
    claim: ['unloading a supervisor stops what stands under it, the last that was started first', REAL],
  },
  {
    otp: 'a start that fails while the supervisor starts: those started are terminated in reverse, and it fails',
    claim: ['a supervisor whose child does not come when it is started stops those it had started, in reverse order, and its parent counts that', STRATEGIES],
  },
  { otp: 'start_child that fails: the child is discarded', claim: ['a first load that fails leaves nothing behind, and touches nobody else', REAL] },
  {
    otp: 'a restart that fails is tried again, and counted',
    claim: ['a restart whose initialisation dies is a crash like any other, until the supervisor gives up', REAL],
  },
  {
    otp: 'a child that ends by itself while it is terminated is reported, and not counted',
    claim: ['a child that dies by itself while its group is being stopped is expected: nothing more is counted, and all are started', MOMENTS],
  },
  {
    otp: 'terminate_child and delete_child',
    claim: ['unloading a child during its backoff means that it is not started, and its group is started without it', MOMENTS],
  },
  { otp: 'shutdown: brutal_kill', claim: ['one-for-all: siblings that are stopped are no crashes, and callers’ shadows ride through the restart', REAL] },
  {
    otp: 'shutdown: a timeout in which a child may clean up',
    notClaimed: 'an extension is not asked: what it holds comes back from a list that the kernel keeps',
  },
  { otp: 'auto_shutdown and significant children', notClaimed: 'no supervisor ends because its work is done: its host unloads it' },
  { otp: 'restart_child by hand, after terminate_child', notClaimed: 'what was unloaded is loaded again' },
  { otp: 'hibernate_after, code change of child specifications', notClaimed: 'supervisors here are no processes; a program is upgraded by itself' },
];

/** What arrives while something is under way: decided, and held by a test each. */
export const MOMENT_ROWS: readonly (readonly [what: string, title: string, file: string])[] = [
  [
    'a crash while its group is stopping',
    'a child that dies by itself while its group is being stopped is expected: nothing more is counted, and all are started',
    MOMENTS,
  ],
  [
    'a condemned child in a group',
    'a member whose thread does not stop is waited for: it is condemned, and nobody of its group is started before it has ended',
    REAL,
  ],
  ['unload() of a condemned child', 'unloading the child whose thread does not stop lets the others start', MOMENTS],
  ['a sibling’s crash in a backoff', 'a sibling that was not to be stopped and dies during the backoff is counted, and joins the restart', MOMENTS],
  ['a sibling’s crash while a later one starts', 'a child that dies while a later one starts is counted, and all of it begins anew', MOMENTS],
  ['a life that cannot begin', 'a life that cannot begin is counted as a restart, and is tried again a moment later', MOMENTS],
  ['no life can begin', 'where no life can begin the supervisor gives up as after crashes, and says why', MOMENTS],
  ['unload() in a backoff', 'a program that is unloaded during its backoff is gone', REAL],
  [
    'unload() of its supervisor in a backoff',
    'whoever waits for a life of it is told when its supervisor is unloaded, and so is whoever asks afterwards, and whoever watches',
    REAL,
  ],
  ['unload() of its supervisor while it starts', 'a child that comes to life meanwhile is told that this was its last', MOMENTS],
  ['unload() while it starts', 'unloading a child while it starts is no failure, and those behind it are started', MOMENTS],
  ['kill() and setLimits() in a backoff', 'kill() finds nobody, and limits that are set hold for the next life', REAL],
  ['close() in a backoff', 'close() does not wait for it, and a shadow’s call that waits is told', REAL],
  ['close() in a group’s restart', 'close() during the restart of a group ends all of it', REAL],
  ['the parent stops it in a backoff', 'a parent that stops a supervisor during a backoff of its starts it later, once', MOMENTS],
  ['a load in a group’s restart', 'a load waits until the restart is over, and its child is behind all others', MOMENTS],
  ['two groups at once', 'two groups restart at once, and neither waits for the other', STRATEGIES],
  ['the end of a supervisor in a backoff', 'what ends a supervisor for good during a backoff leaves no timer, and starts nobody', MOMENTS],
];
