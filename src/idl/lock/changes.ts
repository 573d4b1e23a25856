/**
 * What may change in what was published: one row for each kind of change, with its verdict and what it means for programs that run.
 *
 * `compatible` means that whoever was built with the lock's definitions goes on as before against whoever was built with the new ones. `oldCallers` says whether `get()` and grants
 * answer who asks with the old definitions and meets a new provider, `newCallers` the other way round. Where they are served and the verdict is `breaking` all the same, a
 * promise was taken back that fingerprints do not carry. docs/compatibility.md shows this table, and each row is a test.
 */
export interface ChangeRow {
  /** Completes "what changed:". */
  readonly change: string;
  /** `same`: nothing that is published changes, the lock file stays as it is. */
  readonly verdict: 'same' | 'compatible' | 'breaking';
  readonly oldCallers: 'served' | 'refused';
  readonly newCallers: 'served' | 'refused';
  readonly why: string;
}

const same = (change: string, why: string): ChangeRow => ({ change, verdict: 'same', oldCallers: 'served', newCallers: 'served', why });
const compatible = (change: string, why: string, newCallers: ChangeRow['newCallers'] = 'served'): ChangeRow => ({
  change,
  verdict: 'compatible',
  oldCallers: 'served',
  newCallers,
  why,
});
const breaking = (change: string, why: string): ChangeRow => ({ change, verdict: 'breaking', oldCallers: 'refused', newCallers: 'refused', why });
const takenBack = (change: string, why: string): ChangeRow => ({ change, verdict: 'breaking', oldCallers: 'served', newCallers: 'served', why });

const LAYOUT = 'Fields lie in their order and by their types: the two sides would read different places.';
const NUMBERS = 'A method’s number on the wire is its place: an old caller would call another method.';
const TAGS = 'A variant’s number is its place, and a reader knows the ones that it was built with.';

export const CHANGES = {
  'doc-comment': same('a comment', 'Comments are no part of the canonical form.'),
  'declaration-order': same('the order of declarations', 'Definitions are told by name, and the canonical form sorts them.'),
  'parameter-renamed': same('the name of a parameter', 'Arguments travel by place.'),
  'length-spelled': same('a length or bound that is written as a constant, or by another constant of the same value', 'The canonical form has the number.'),

  'package-added': compatible('a new package', 'Nobody was built with it.'),
  'file-renamed': compatible('another file for a package', 'Files are for the compiler: those that import it are told.'),
  'definition-added': compatible('a new struct, enum or interface', 'Nobody was built with it.'),
  'constant-added': compatible('a new constant', 'Nobody was built with it.'),
  'constant-removed': compatible(
    'a constant removed, or renamed',
    'Its value is in the code of both sides. Code that is generated again and uses the name does not compile, and TypeScript says where.',
  ),
  'method-added': compatible(
    'a method added at the end',
    'Old callers never call it. Who asks with the new definitions needs a provider that has it, and is told so.',
    'refused',
  ),
  'recoverable-added': compatible('`@recoverable` added', 'The compiler has seen that every method may be issued again, which was true before.'),
  'idempotent-added': compatible('`@idempotent` added', 'Old callers issue the call once, as before.'),
  deadline: compatible('`@deadline` added, changed or removed', 'It is how long a caller waits, and each caller keeps what it was built with.'),
  async: compatible('`@async` added or removed', 'It is which of the two ways to call a caller’s proxy has; the message is the same.'),
  since: compatible('`@since` added, changed or removed', 'It is for people.'),

  'package-renamed': breaking('a package renamed', 'Its name is in the name of everything that it defines.'),
  'package-removed': takenBack('a package removed', 'Others import the file. Who was built with it is served for as long as somebody provides it.'),
  'definition-removed': breaking('a struct, enum or interface removed', 'Others were built with it.'),
  'definition-renamed': breaking('a struct, enum or interface renamed', 'Definitions are told by name.'),
  'definition-kind': breaking('a struct that becomes an enum, or the like', LAYOUT),
  'constant-changed': takenBack(
    'another value or type of a constant',
    'The old value is in the code of whoever was built with it, and nothing tells the two sides that they disagree.',
  ),
  'method-inserted': breaking('a method added before one that was published', NUMBERS),
  'method-added-to-passed': breaking(
    'a method added at the end of an interface that is passed in calls',
    'Who was built with the longer one could be passed the shorter, and call what is not there. The interface itself could still be asked for; those that pass it cannot.',
  ),
  'method-removed': breaking('a method removed that stands before others', 'Old callers call it, and those behind it have other numbers.'),
  'last-method-removed': {
    ...breaking('a method removed at the end', 'Old callers call it. New ones are served by old providers, which have more.'),
    newCallers: 'served',
  },
  'method-renamed': breaking('a method renamed', 'Methods are told by name too, so that two that changed places are not taken for each other.'),
  'method-reordered': breaking('methods in another order', NUMBERS),
  'parameter-added': breaking('a parameter added', 'Old callers do not send it.'),
  'parameter-removed': breaking('a parameter removed', 'Old callers send it.'),
  'parameter-type': breaking('another type of a parameter', 'What is sent is not what is read.'),
  'result-type': breaking('another result', 'What is answered is not what is read.'),
  lent: breaking('a parameter that was moved and is lent', 'Old callers give away what the provider would not own.'),
  moved: breaking('a parameter that was lent and is moved', 'Old callers keep what the provider would own.'),
  'field-added': breaking('a field added', LAYOUT),
  'field-removed': breaking('a field removed', LAYOUT),
  'field-renamed': breaking('a field renamed', 'Fields are told by name too, so that two of one type that changed places are not taken for each other.'),
  'field-reordered': breaking('fields in another order', LAYOUT),
  'field-type': breaking('another type of a field', LAYOUT),
  'variant-added': breaking('a variant added', TAGS),
  'variant-removed': breaking('a variant removed', TAGS),
  'variant-renamed': breaking('a variant renamed', 'Variants are told by name in the code of both sides.'),
  'variant-reordered': breaking('variants in another order', TAGS),
  'variant-payload': breaking('another payload of a variant', 'What is written is not what is read.'),
  'enum-payloads': breaking('a payload for an enum that had none', 'Its values were names and are `{ tag, value }`.'),
  'option-added': breaking('a type `T` that becomes `Option<T>`', 'An option has a byte more, or a meaning for the empty slot, that old readers do not know.'),
  'option-removed': breaking('an `Option<T>` that becomes `T`', 'Old writers leave it empty.'),
  'bound-widened': breaking('a larger bound of `string` or `bytes`, or none', 'Old readers were promised less.'),
  'bound-narrowed': breaking('a smaller bound of `string` or `bytes`', 'Old writers send more.'),
  'length-changed': breaking('another length of an array or container', LAYOUT),
  'no-forward-added': breaking('`@noForward` added', 'Old holders pass it on, and both sides have to agree about that.'),
  'no-forward-removed': breaking('`@noForward` removed', 'Old holders refuse to pass it on, and both sides have to agree about that.'),
  'recoverable-removed': takenBack('`@recoverable` removed', 'Whoever was built with it issues calls again after a crash.'),
  'idempotent-removed': takenBack('`@idempotent` removed', 'Whoever was built with it issues the call again after a crash.'),
  beneath: breaking('a definition of another package, beneath what was published', 'What it reaches is part of what an interface is.'),
} as const satisfies { readonly [kind: string]: ChangeRow };

export type ChangeKind = keyof typeof CHANGES;
