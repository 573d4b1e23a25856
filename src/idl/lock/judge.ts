/** Every change of one package against what its lock says was published, each with its place in the new file. */
import { type Difference, differencesOf } from '../../compatibility/differences.js';
import { type Form, namesIn } from '../../compatibility/form.js';
import { sentence, type Sides } from '../../compatibility/sentence.js';
import type { Span } from '../diagnostic.js';
import type { Module } from '../modules.js';
import type { ChangeKind } from './changes.js';
import { annotationPlace, constantPlace, packageSpan, type Part, placeOf } from './places.js';
import type { PublishedDefinition, PublishedPackage, Promises } from './published.js';

/** A change before its verdict. */
export interface Found {
  readonly kind: ChangeKind;
  /** The definition, constant or package that changed, with its package. */
  readonly of: string;
  readonly span: Span;
  readonly message: string;
  /** What to do instead, where the change is breaking. */
  readonly wayOut: string;
}

const SIDES: Sides = { before: 'in what was published', after: 'in this file' };
const BESIDE = 'leave it as it was, and add what is new beside it under another name';

export class PackageJudge {
  readonly found: Found[] = [];
  readonly #module: Module;
  readonly #before: PublishedPackage;
  readonly #now: PublishedPackage;
  readonly #others: readonly PublishedPackage[];

  /** `others` have been published beside it, and are not judged now. */
  constructor(module: Module, before: PublishedPackage, now: PublishedPackage, others: readonly PublishedPackage[] = []) {
    this.#module = module;
    this.#before = before;
    this.#now = now;
    this.#others = others;
  }

  /** `changedElsewhere` are definitions of other packages whose change is told where they are declared. */
  judge(changedElsewhere: ReadonlySet<string>): Found[] {
    this.#constants();
    this.#definitions();
    this.#beneath(changedElsewhere);
    return this.found;
  }

  #add(kind: ChangeKind, of: string, span: Span, message: string, wayOut = BESIDE): void {
    this.found.push({ kind, of, span, message, wayOut });
  }

  #short(name: string): string {
    return name.slice(this.#module.package.length + 1);
  }

  #constants(): void {
    const { package: home } = this.#module;
    for (const [name, text] of this.#before.constants) {
      const now = this.#now.constants.get(name);
      const of = `${home}.${name}`;
      if (now === undefined) this.#add('constant-removed', of, packageSpan(this.#module), `constant ${of} was published as ${text} and is gone`);
      else if (now !== text) {
        const message = `constant ${of} was published as ${text} and is ${now} in this file`;
        this.#add('constant-changed', of, constantPlace(this.#module, name), message, 'leave it as it was, and add a constant of another name');
      }
    }
    for (const [name, text] of this.#now.constants) {
      if (!this.#before.constants.has(name))
        this.#add('constant-added', `${home}.${name}`, placeOf(this.#module, name), `constant ${home}.${name} is new: ${text}`);
    }
  }

  #definitions(): void {
    const before = this.#before.definitions;
    const now = this.#now.definitions;
    const renamed = new Set<string>();
    for (const [name, { form }] of before) {
      const after = now.get(name);
      if (after) {
        this.#definition(before.get(name) as PublishedDefinition, after);
        continue;
      }
      const heir = [...now].find(([each, one]) => !before.has(each) && !renamed.has(each) && isRenamed(form, one.form))?.[0];
      if (heir === undefined) {
        this.#add(
          'definition-removed',
          name,
          packageSpan(this.#module),
          `${form.kind} ${name} was published and is gone`,
          'put it back; what nobody provides any more harms nobody',
        );
      } else {
        renamed.add(heir);
        const message = `${form.kind} ${name} was published, and what has its form in this file is called ${heir}`;
        this.#add('definition-renamed', name, placeOf(this.#module, this.#short(heir)), message, `call it ${this.#short(name)} again`);
      }
    }
    for (const [name, { form }] of now) {
      if (!before.has(name) && !renamed.has(name)) this.#add('definition-added', name, placeOf(this.#module, this.#short(name)), `${form.kind} ${name} is new`);
    }
  }

  #definition(before: PublishedDefinition, after: PublishedDefinition): void {
    const { name } = after.form;
    for (const difference of differencesOf(before.form, after.form)) this.#difference(difference, before.form);
    this.#promises(name, undefined, before.promises, after.promises);
    for (const { name: member } of after.form.members) {
      // What is new promises nothing that somebody was built with.
      if (before.form.members.some((each) => each.name === member))
        this.#promises(name, member, before.methods.get(member) ?? [], after.methods.get(member) ?? []);
    }
  }

  #difference(difference: Difference, before: Form): void {
    const { kind, of, member, part } = difference;
    const name = this.#short(of);
    const message = sentence(difference, SIDES);
    switch (kind) {
      case 'method-added': {
        const passing = this.#passing(of);
        const place = placeOf(this.#module, name, member);
        if (passing === undefined) this.#add(kind, of, place, message);
        else
          this.#add(
            'method-added-to-passed',
            of,
            place,
            `${message}, and ${passing} passes one in its calls`,
            `declare an interface of another name with the methods of ${name} and this one`,
          );
        return;
      }
      case 'method-removed': {
        const now = this.#now.definitions.get(of) as PublishedDefinition;
        const wasLast = now.form.members.every(({ name: each }, index) => before.members[index]?.name === each);
        return this.#add(wasLast ? 'last-method-removed' : kind, of, placeOf(this.#module, name), message, `put it back: ${name} goes on answering it`);
      }
      case 'method-inserted':
        return this.#add(kind, of, placeOf(this.#module, name, member), message, `move it to the end, behind \`${before.members.at(-1)?.name}\``);
      case 'method-reordered':
        return this.#add(kind, of, placeOf(this.#module, name, member), message, `keep the order: ${before.members.map((each) => each.name).join(', ')}`);
      case 'no-forward-added':
      case 'no-forward-removed':
        return this.#add(kind, of, annotationPlace(this.#module, 'noForward', name), message);
      case 'method-renamed':
      case 'field-renamed':
      case 'variant-renamed':
        return this.#add(kind, of, placeOf(this.#module, name, member), message, `call it ${difference.before} again`);
      default: {
        const where: Part =
          part === 'result'
            ? 'type'
            : part !== undefined
              ? part
              : /-(?:added|removed|reordered|kind)$/.test(kind) && !kind.startsWith('option')
                ? 'name'
                : 'type';
        return this.#add(kind, of, placeOf(this.#module, name, member, kind === 'parameter-removed' ? 'name' : where), message);
      }
    }
  }

  /** A published interface that passes references to `name`. */
  #passing(name: string): string | undefined {
    const own = [...this.#before.definitions, ...this.#before.beneath].filter(([each]) => this.#now.definitions.has(each) || this.#now.beneath.has(each));
    const all = [...own, ...this.#others.flatMap(({ definitions }) => [...definitions])];
    return all.find(([, { form }]) => form.kind === 'interface' && namesIn(form).includes(name))?.[0];
  }

  #promises(name: string, member: string | undefined, before: Promises, after: Promises): void {
    const wordOf = (promise: string): string => promise.slice(1).split('(', 1)[0];
    const subject = member === undefined ? name : `${name}.${member}`;
    for (const word of new Set([...before, ...after].map(wordOf))) {
      const [was, is] = [before, after].map((promises) => promises.find((each) => wordOf(each) === word));
      if (was === is) continue;
      const kind = kindOfPromise(word, was === undefined);
      const span = annotationPlace(this.#module, word, this.#short(name), member);
      const message =
        was === undefined
          ? `${subject} is ${is} in this file and was not when it was published`
          : `${subject} was published as ${was} and is ${is ?? 'not'} in this file`;
      if (kind) this.#add(kind, name, span, message, `put ${was ?? is} back: whoever was built with it relies on it`);
    }
  }

  /** What lies beneath in other packages. Whatever of it differs, the interfaces that reach it are others. */
  #beneath(changedElsewhere: ReadonlySet<string>): void {
    for (const [name, before] of this.#before.beneath) {
      const now = this.#now.beneath.get(name);
      if (!now || changedElsewhere.has(name)) continue;
      const [first] = differencesOf(before.form, now.form);
      if (!first) continue;
      const user = [...this.#now.definitions.values()].find(({ form }) => namesIn(form).includes(name));
      const span = user ? this.#use(user.form, name) : packageSpan(this.#module);
      const message = `${name} has changed beneath what was published: ${sentence(first, { before: SIDES.before, after: 'now' })}`;
      this.#add('beneath', name, span, message, `have ${name} as it was, or publish what reaches it anew under another name`);
    }
  }

  /** The first member of a definition that names another. */
  #use(form: Form, name: string): Span {
    const uses = (text: string): boolean => namesIn({ ...form, members: [{ name: '', type: text }] }).includes(name);
    for (const { name: member, type, params = [] } of form.members) {
      const param = params.findIndex(uses);
      if (param >= 0 || uses(type)) return placeOf(this.#module, this.#short(form.name), member, param >= 0 ? param : 'type');
    }
    return placeOf(this.#module, this.#short(form.name));
  }
}

function isRenamed(before: Form, after: Form): boolean {
  return differencesOf(before, { ...after, name: before.name }).length === 0;
}

function kindOfPromise(word: string, added: boolean): ChangeKind | undefined {
  switch (word) {
    case 'recoverable':
    case 'idempotent':
      return added ? `${word}-added` : `${word}-removed`;
    case 'deadline':
    case 'async':
    case 'since':
      return word;
    default:
      return undefined;
  }
}
