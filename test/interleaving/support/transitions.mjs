/**
 * The transitions of the heap and of calls, each as what has to be there before it and the one operation that is explored.
 *
 *   prepare   { at, who, to, work }: at which stage, which role does what; `to` names the role that then serves what was sent, after which the sender takes the outcome
 *   act       the operation
 *
 * Roles: `me` acts; `other` is the second actor of the pair (for a burial, the dead one); `third` takes part in preparations alone, and dies after STAGE.Third where `thirdDies` says so.
 * Every value has a mark, from 1 on; two instances of a transition in one pair have marks of their own.
 */
export const Stage = { Third: 10, Gifts: 30, GivenBack: 40, Own: 50, Sent: 60, Served: 70 };

const give = (at, who, to, ...marks) => ({
  at,
  who,
  to,
  work: (domain, { mark, actor }) => {
    for (const each of marks) domain.make(mark(each));
    domain.give(actor(to), ...marks.map(mark));
  },
});
const giveWide = (at, who, to, which) => ({
  at,
  who,
  to,
  work: (domain, { mark, actor }) => {
    domain.makeWide(mark(which));
    domain.give(actor(to), mark(which));
  },
});
const make = (at, who, ...marks) => ({ at, who, work: (domain, { mark }) => marks.forEach((each) => domain.make(mark(each))) });
const drop = (at, who, ...marks) => ({ at, who, work: (domain, { mark }) => marks.forEach((each) => domain.drop(mark(each))) });

/** Allocates until the page that allocations come from is full. */
function fill(domain, mark) {
  for (let each = 50; domain.made % 4 !== 0; each++) domain.make(mark(each));
}

export const TRANSITIONS = {
  alloc: {
    prepare: [make(Stage.Own, 'me', 1)],
    act: (domain, { mark }) => void domain.make(mark(2)),
  },
  'alloc-first-page': {
    prepare: [],
    act: (domain, { mark }) => void domain.make(mark(1)),
  },
  'alloc-tree': {
    prepare: [make(Stage.Own, 'me', 1), make(Stage.Own, 'me', 2)],
    act: (domain, { mark }) => domain.makeRoot(mark(3), mark(1), mark(2)),
  },
  'alloc-refill': {
    prepare: [
      give(Stage.Gifts, 'me', 'other', 1),
      drop(Stage.GivenBack, 'other', 1),
      { at: Stage.Own, who: 'me', work: (domain, { mark }) => fill(domain, mark) },
    ],
    act: (domain, { mark }) => void domain.make(mark(2)),
  },
  'alloc-adopt': {
    thirdDies: true,
    prepare: [give(Stage.Third, 'third', 'me', 1)],
    act: (domain, { mark }) => void domain.make(mark(2)),
  },
  'alloc-span': {
    prepare: [],
    act: (domain, { mark }) => void domain.makeWide(mark(1)),
  },
  free: {
    prepare: [make(Stage.Own, 'me', 1, 2)],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  'free-page': {
    prepare: [make(Stage.Own, 'me', 1, 2, 3, 4, 5), drop(Stage.Own, 'me', 2, 3, 4)],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  'free-remote': {
    prepare: [give(Stage.Gifts, 'other', 'me', 1)],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  'free-tree': {
    prepare: [
      give(Stage.Gifts, 'other', 'me', 1),
      make(Stage.Own, 'me', 2),
      { at: Stage.Own, who: 'me', work: (domain, { mark }) => domain.makeRoot(mark(3), mark(1), mark(2)) },
    ],
    act: (domain, { mark }) => domain.drop(mark(3)),
  },
  'free-abandoned': {
    thirdDies: true,
    prepare: [give(Stage.Third, 'third', 'me', 1)],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  'free-own-span': {
    prepare: [{ at: Stage.Own, who: 'me', work: (domain, { mark }) => domain.makeWide(mark(1)) }],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  'free-span': {
    prepare: [giveWide(Stage.Gifts, 'other', 'me', 1)],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  'free-abandoned-span': {
    thirdDies: true,
    prepare: [giveWide(Stage.Third, 'third', 'me', 1)],
    act: (domain, { mark }) => domain.drop(mark(1)),
  },
  sweep: {
    prepare: [give(Stage.Gifts, 'me', 'other', 1, 2), drop(Stage.GivenBack, 'other', 1)],
    act: (domain) => domain.sweep(),
  },
  attach: {
    prepare: [give(Stage.Gifts, 'other', 'me', 1), make(Stage.Own, 'me', 2)],
    act: (domain, { mark }) => domain.attach(mark(2), mark(1)),
  },
  detach: {
    prepare: [give(Stage.Gifts, 'other', 'me', 1), { at: Stage.Own, who: 'me', work: (domain, { mark }) => domain.makeRoot(mark(2), mark(1), null) }],
    act: (domain, { mark }) => domain.detach(mark(2), mark(1)),
  },
  replace: {
    prepare: [
      give(Stage.Gifts, 'other', 'me', 1),
      make(Stage.Own, 'me', 2),
      { at: Stage.Own, who: 'me', work: (domain, { mark }) => domain.makeRoot(mark(3), mark(1), null) },
    ],
    act: (domain, { mark }) => domain.attach(mark(3), mark(2)),
  },
  send: {
    prepare: [make(Stage.Own, 'me', 1), { at: Stage.Own, who: 'me', work: (domain, { mark }) => domain.makeRoot(mark(2), mark(1), null) }],
    act: (domain, { mark, actor }) => {
      domain.send('keep', actor('other'), mark(2));
      domain.collect();
    },
  },
  'send-back': {
    prepare: [give(Stage.Gifts, 'other', 'me', 1)],
    act: (domain, { mark, actor }) => {
      domain.send('swap', actor('other'), mark(1));
      domain.collect();
    },
  },
  lend: {
    prepare: [give(Stage.Gifts, 'other', 'me', 1)],
    act: (domain, { mark, actor }) => {
      domain.send('look', actor('other'), mark(1));
      domain.collect();
    },
  },
  serve: {
    dies: true,
    prepare: [make(Stage.Own, 'other', 1), { at: Stage.Sent, who: 'other', work: (domain, { mark, actor }) => domain.send('keep', actor('me'), mark(1)) }],
    act: (domain) => domain.serve(),
  },
  'serve-lent': {
    dies: true,
    prepare: [make(Stage.Own, 'other', 1), { at: Stage.Sent, who: 'other', work: (domain, { mark, actor }) => domain.send('look', actor('me'), mark(1)) }],
    act: (domain) => domain.serve(),
  },
  reply: {
    dies: true,
    prepare: [make(Stage.Own, 'other', 1), { at: Stage.Sent, who: 'other', work: (domain, { mark, actor }) => domain.send('swap', actor('me'), mark(1)) }],
    act: (domain) => domain.serve(),
  },
  return: {
    prepare: [
      make(Stage.Own, 'me', 1),
      { at: Stage.Sent, who: 'me', work: (domain, { mark, actor }) => domain.send('swap', actor('other'), mark(1)) },
      { at: Stage.Served, who: 'other', work: (domain) => domain.serve() },
    ],
    act: (domain) => domain.collect(),
  },
  'return-lent': {
    prepare: [
      make(Stage.Own, 'me', 1),
      { at: Stage.Sent, who: 'me', work: (domain, { mark, actor }) => domain.send('look', actor('other'), mark(1)) },
      // What is dropped while it is lent is freed by its owner when the borrow has ended.
      { at: Stage.Sent, who: 'me', work: (domain, { mark }) => domain.drop(mark(1)) },
      { at: Stage.Served, who: 'other', work: (domain) => domain.serve() },
    ],
    act: (domain) => domain.collect(),
  },
  'give-up': {
    prepare: [make(Stage.Own, 'me', 1), { at: Stage.Sent, who: 'me', work: (domain, { mark, actor }) => domain.send('keep', actor('other'), mark(1)) }],
    act: (domain) => {
      domain.giveUp();
      domain.collect();
    },
  },
  'give-up-lent': {
    prepare: [make(Stage.Own, 'me', 1), { at: Stage.Sent, who: 'me', work: (domain, { mark, actor }) => domain.send('look', actor('other'), mark(1)) }],
    act: (domain, { mark }) => {
      domain.giveUp();
      domain.collect();
      domain.drop(mark(1));
    },
  },
};
