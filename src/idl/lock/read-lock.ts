/** From the text of `idl.lock` to what was published. The file may have been edited, or merged by hand: everything in it is checked, the ids against the text beside them. */
import { type Form, idFromForms, type Member, namesIn, reachedFrom } from '../../compatibility/form.js';
import type { Reporter, SourceFile, Span } from '../diagnostic.js';
import { Misplaced, Place } from './json-place.js';
import { FORMAT_FAMILY, LOCK_FORMAT, LOCK_NAME, readMember } from './lock-text.js';
import type { PublishedDefinition, PublishedPackage, Promises } from './published.js';

export interface LockFile {
  readonly file: SourceFile;
  readonly packages: ReadonlyMap<string, PublishedPackage>;
  /** Where the entry of each package stands. */
  readonly spans: ReadonlyMap<string, Span>;
}

const RESTORE = `restore ${LOCK_NAME} from version control; \`deciduous idl lock\` alone writes it`;
const PACKAGE = /^[a-z][a-z0-9_]*$/;
const PROMISE = /^@(?:idempotent|async|since\(\d+\)|deadline\([\d.]+ms\))$/;
const KINDS = ['struct', 'enum', 'interface'] as const;

/** The last that was read of each path: an editor asks at each change of another file. */
const lastRead = new Map<string, LockFile>();

/** Answers undefined where the file is not what was written, with `reporter` told where and why. */
export function readLock(file: SourceFile, reporter: Reporter): LockFile | undefined {
  const last = lastRead.get(file.path);
  if (last?.file.text === file.text) return last;
  const lock = readAnew(file, reporter);
  if (lock) lastRead.set(file.path, lock);
  return lock;
}

function readAnew(file: SourceFile, reporter: Reporter): LockFile | undefined {
  try {
    const root = Place.parse(file);
    if (!knowsFormat(root, reporter)) return undefined;
    const packages = new Map<string, PublishedPackage>();
    const spans = new Map<string, Span>();
    for (const [name, place] of (root.fields(['format', 'packages']).get('packages') as Place).table()) {
      if (!PACKAGE.test(name)) throw new Misplaced(place.nameSpan, `\`${place.path}\` is not the name of a package`);
      packages.set(name, readPackage(name, place, reporter));
      spans.set(name, place.nameSpan);
    }
    return reporter.sorted().some((diagnostic) => diagnostic.file === file.path) ? undefined : { file, packages, spans };
  } catch (error) {
    if (!(error instanceof Misplaced)) throw error;
    reporter.report(error.span, 'lockFile', error.message, RESTORE);
    return undefined;
  }
}

function knowsFormat(root: Place, reporter: Reporter): boolean {
  const format = root.table().get('format');
  if (!format) root.refuse('lacks `format`');
  const text = format.text();
  if (text === LOCK_FORMAT) return true;
  if (!text.startsWith(FORMAT_FAMILY)) format.refuse(`is ${JSON.stringify(text.slice(0, 60))}, and not ${JSON.stringify(LOCK_FORMAT)}`);
  const message = `the lock has the format ${JSON.stringify(text.slice(0, 60))}, and this compiler knows ${JSON.stringify(LOCK_FORMAT)}`;
  reporter.report(format.span, 'lockFile', message, 'use the version of deciduous that wrote it, or a newer one');
  return false;
}

function readPackage(name: string, place: Place, reporter: Reporter): PublishedPackage {
  const parts = place.fields(['file', 'constants', 'definitions', 'beneath']);
  const part = (key: string): Place => parts.get(key) as Place;
  const constants = new Map([...part('constants').table()].map(([key, value]): [string, string] => [key, value.text()]));
  const places = new Map<string, Place>();
  const read = (key: string): Map<string, PublishedDefinition> => {
    const table = new Map<string, PublishedDefinition>();
    for (const [each, at] of part(key).table()) {
      if (each.startsWith(`${name}.`) !== (key === 'definitions'))
        throw new Misplaced(at.nameSpan, `\`${at.path}\` does not belong into ${key} of package ${name}`);
      table.set(each, readDefinition(each, at));
      places.set(each, at);
    }
    return table;
  };
  const definitions = read('definitions');
  const beneath = read('beneath');
  const all = new Map([...definitions, ...beneath]);
  for (const [each, definition] of all) checkId(each, definition, all, places.get(each) as Place, reporter);
  return { name, file: part('file').text(), constants, definitions, beneath };
}

function readDefinition(name: string, place: Place): PublishedDefinition {
  const parts = place.fields(['id'], ['annotations', ...KINDS]);
  const kinds = KINDS.filter((kind) => parts.has(kind));
  if (kinds.length !== 1) place.refuse('has to be one of struct, enum and interface');
  const [kind] = kinds;
  const annotations = (parts.get('annotations')?.list() ?? []).map((each) => {
    const text = each.text();
    return text === '@noForward' || text === '@recoverable' ? text : each.refuse('is not an annotation that is published');
  });
  const members: Member[] = [];
  const methods = new Map<string, Promises>();
  for (const line of (parts.get(kind) as Place).list()) {
    const read = readMember(kind, line.text());
    if (!read) return line.refuse(`is not what ${kind === 'interface' ? 'an interface' : kind === 'enum' ? 'an enum' : 'a struct'} has`);
    const unknown = read.promises.find((each) => !PROMISE.test(each));
    if (unknown !== undefined) line.refuse(`has ${unknown.slice(0, 60)}, which is nothing that a method promises`);
    members.push(read.member);
    if (read.promises.length > 0) methods.set(read.member.name, read.promises);
  }
  const form: Form = { kind, name, noForward: annotations.includes('@noForward'), members };
  return { id: (parts.get('id') as Place).text(), form, promises: annotations.filter((each) => each !== '@noForward'), methods };
}

/** An id that is not that of its text: somebody has changed one of the two. */
function checkId(name: string, { id, form }: PublishedDefinition, all: ReadonlyMap<string, PublishedDefinition>, place: Place, reporter: Reporter): void {
  const missing: string[] = [];
  const reached = reachedFrom(
    [name, ...namesIn(form)],
    (each) => all.get(each)?.form,
    (each) => missing.push(each),
  );
  const idPlace = place.table().get('id') as Place;
  if (missing.length > 0) {
    reporter.report(idPlace.span, 'lockIds', `${name} reaches ${missing[0]}, which the lock does not have`, RESTORE);
  } else if (idFromForms(name, reached) !== id) {
    reporter.report(idPlace.span, 'lockIds', `the id of ${name} is not that of the text beside it, or of what that reaches`, RESTORE);
  }
}
