/**
 * Media: what programs keep on the shared heap beyond a life. The kernel is the custodian between two lives, and frees what is kept for a program that will have none.
 *
 *   declare   at the load: a place for each name in the manifest's `keeps`
 *   keep      at the burial, before anything of the dead one is dropped: what each ROOT names is checked, and becomes the kernel's; what does not hold is left to be dropped with the rest, and the next life is told why
 *   orders    what the next life is told; it takes the roots over by itself (src/domains/media.ts), so that one killed on the way leaves each with the kernel or with itself
 *   free      the program is gone for good
 *
 * A tree that a call of the dead one still lends to a living domain is kept like any other, and nobody can change it: the next life does not begin before the last such call has ended.
 */
import { load, store } from '../abi/atomics.js';
import type { MediumOrder } from '../abi/control-protocol.js';
import { KERNEL_ID, ownedBy, ownerMeant, type DomainId } from '../abi/domain-id.js';
import type { KeptMedium } from '../abi/epitaph.js';
import { GRANULE_BYTES } from '../abi/heap-layout.js';
import type { AuditFinding } from '../abi/kernel-protocol.js';
import type { Leaf } from '../abi/leaf.js';
import { changesCommitted, isUnderWay, mediumWord, MEDIA_OF_ONE, MEDIUM_CHANGES, MEDIUM_INTENT, MEDIUM_ROOT } from '../abi/medium-layout.js';
import type { ThreadHeap } from '../shared-heap/heap.js';
import { KeptTree } from '../shared-heap/kept-tree.js';
import type { TypeRegistry } from '../shared-heap/types/type-registry.js';
import type { TypeRuntime } from '../shared-heap/types/type-runtime.js';
import type { Program } from './program.js';

interface Place {
  readonly name: string;
  readonly type: TypeRuntime;
  /** Its first word. */
  readonly at: number;
  /** What the kernel keeps here between two lives; 0 for nothing. */
  kept: number;
  granules: number;
  lost: string | null;
}

interface Shelf {
  readonly places: Place[];
  /** The life that has them, or had them last. */
  holder: DomainId;
  /** Burials whose calls still lend what is kept here. */
  lending: number;
  readonly waiting: (() => void)[];
}

/** The invariants of media, by their stable names. */
export const MEDIA_INVARIANTS = {
  'a-kept-block-has-its-medium': 'what a program keeps between two lives is the kernel’s, and one medium names it',
  'a-medium-names-its-own': 'what a medium names is a root of the program’s present life, of the kernel, or of a life that is not buried',
} as const;

export class Media {
  readonly #heap: ThreadHeap;
  readonly #words: Int32Array;
  readonly #registry: TypeRegistry;
  readonly #shelves = new Map<Program, Shelf>();

  constructor(heap: ThreadHeap, registry: TypeRegistry) {
    this.#heap = heap;
    this.#words = heap.shared.controlViews.words;
    this.#registry = registry;
  }

  /** Places for what a leaf keeps, beside those that the program has. Answers why there are none, or undefined. The leaf's schemas have been registered. */
  declare(program: Program, { manifest, schemas }: Leaf): string | undefined {
    const keeps = Object.entries(manifest?.keeps ?? {});
    if (keeps.length === 0) return undefined;
    const shelf = this.#shelves.get(program) ?? { places: [], holder: 0, lending: 0, waiting: [] };
    const added = keeps.filter(([name]) => !shelf.places.some((place) => place.name === name));
    // Whoever opens a medium reads what is in it as what its own definition says.
    const other = shelf.places.find(({ name, type }) => keeps.some(([wanted, { id }]) => wanted === name && id !== type.id));
    if (other !== undefined) return `keeps.${other.name}: what is there is a ${other.type.name} of another definition`;
    if (shelf.places.length + added.length > MEDIA_OF_ONE) return `a program keeps ${MEDIA_OF_ONE} media at the most`;
    const places: Place[] = [];
    for (const [name, { type, id }] of added) {
      const schema = schemas.find(({ structs }) => Object.hasOwn(structs, type) && structs[type].id === id);
      if (schema === undefined) return `keeps.${name}: the leaf brings no definition of ${type} with this id`;
      const at = mediumWord(program.binding, shelf.places.length + places.length, this.#heap.shared.pages);
      this.#words.fill(0, at, at + MEDIUM_CHANGES + 1);
      places.push({ name, type: this.#registry.runtime({ kind: 'named', name: type }, schema), at, kept: 0, granules: 0, lost: null });
    }
    shelf.places.push(...places);
    this.#shelves.set(program, shelf);
    return undefined;
  }

  /** What the leaf of the next life is told of its media. What was lost is told once it has come to life. */
  orders(program: Program, { manifest }: Leaf, life: DomainId): MediumOrder[] {
    const shelf = this.#shelves.get(program);
    if (shelf === undefined) return [];
    shelf.holder = life;
    const named = shelf.places.filter(({ name }) => Object.hasOwn(manifest?.keeps ?? {}, name));
    return named.map(({ name, type, at, lost }) => ({ name, typeId: type.id, at, lost }));
  }

  /** A life has come through its initialisation: what it takes over is its own, and it knows what was lost. */
  handedOver(program: Program): void {
    for (const place of this.#shelves.get(program)?.places ?? []) place.lost = null;
  }

  /** The program goes on as this leaf: places that were another version's alone are empty and free again. Nobody borrows what is in them, and no life has them. */
  retract(program: Program, { manifest }: Leaf): void {
    const shelf = this.#shelves.get(program);
    for (const place of shelf?.places.splice(0) ?? []) {
      if (Object.hasOwn(manifest?.keeps ?? {}, place.name)) shelf?.places.push(place);
      else this.#empty(place);
    }
  }

  /** A medium of the program that is in the middle of a change, and which change that is. */
  changing(program: Program): { readonly name: string; readonly intent: number } | undefined {
    const place = this.#shelves.get(program)?.places.find(({ at }) => isUnderWay(load(this.#words, at + MEDIUM_CHANGES)));
    return place && { name: place.name, intent: this.#words[place.at + MEDIUM_INTENT] };
  }

  has(program: Program): boolean {
    return (this.#shelves.get(program)?.places.length ?? 0) > 0;
  }

  #empty(place: Place): void {
    store(this.#words, place.at + MEDIUM_ROOT, 0);
    if (place.kept !== 0 && this.#heap.ownership.ownerWord(place.kept) === ownedBy(KERNEL_ID)) this.#heap.ownership.dropUncharged(place.kept);
    place.kept = 0;
    place.granules = 0;
  }

  /** Resolves when nothing that is kept for the program is lent any more. */
  async unlent(program: Program): Promise<void> {
    const shelf = this.#shelves.get(program);
    if (shelf !== undefined && shelf.lending > 0) await new Promise<void>((resolve) => shelf.waiting.push(resolve));
  }

  /** What of the media of a life whose thread has ended goes on. To be called before anything that it owns is dropped. */
  keep(program: Program, dead: DomainId): KeptMedium[] {
    const shelf = this.#shelves.get(program);
    // Of who has handed over nothing is left to keep.
    if (shelf?.holder !== dead) return [];
    return shelf.places.map((place) => this.#keep(place, dead)).filter((kept) => kept !== null);
  }

  #keep(place: Place, dead: DomainId): KeptMedium | null {
    const { name, type, at } = place;
    const changes = load(this.#words, at + MEDIUM_CHANGES);
    const root = load(this.#words, at + MEDIUM_ROOT);
    const state = { medium: name, type: type.name, generation: changesCommitted(changes), intent: isUnderWay(changes) ? this.#words[at + MEDIUM_INTENT] : 0 };
    if (root === 0) {
      place.kept = 0;
      place.granules = 0;
      return null;
    }
    const holder = this.#heap.ownership.ownerWord(root);
    // It died before it had taken it over.
    if (holder === ownedBy(KERNEL_ID) && root === place.kept) return { ...state, bytes: place.granules * GRANULE_BYTES, lost: null };
    const checked = holder === ownedBy(dead) ? new KeptTree(this.#heap, dead).check(root, type) : 'it names what was not its own';
    if (typeof checked === 'string') {
      store(this.#words, at + MEDIUM_ROOT, 0);
      place.kept = 0;
      place.granules = 0;
      place.lost = checked;
      return { ...state, bytes: 0, lost: checked };
    }
    this.#heap.ownership.take(root);
    place.kept = root;
    place.granules = checked;
    return { ...state, bytes: checked * GRANULE_BYTES, lost: null };
  }

  /** Whether one of these blocks is part of what is in the program's media. */
  holds(program: Program, blocks: Iterable<number>): boolean {
    const roots = new Set(this.#shelves.get(program)?.places.map(({ at }) => load(this.#words, at + MEDIUM_ROOT)));
    for (const block of blocks) if (roots.has(this.#heap.ownership.rootOf(block))) return true;
    return false;
  }

  /** Calls that a burial left under way lend what is kept. Answers what is to be called when they have ended. */
  lend(program: Program): () => void {
    const shelf = this.#shelves.get(program) as Shelf;
    shelf.lending++;
    return () => {
      if (--shelf.lending === 0) for (const resolve of shelf.waiting.splice(0)) resolve();
    };
  }

  /** What is in its media now, whoever owns it. */
  granulesOf(program: Program): number {
    const roots = (this.#shelves.get(program)?.places ?? []).map(({ at }) => load(this.#words, at + MEDIUM_ROOT));
    return roots.reduce((sum, root) => sum + (root === 0 ? 0 : this.#heap.ownership.total(root)), 0);
  }

  *#kept(): Iterable<Place> {
    for (const program of this.#shelves.keys()) yield* this.#keptPlaces(program);
  }

  #keptPlaces(program: Program): Place[] {
    const { places } = this.#shelves.get(program) ?? { places: [] };
    return places.filter(({ kept }) => kept !== 0 && this.#heap.ownership.ownerWord(kept) === ownedBy(KERNEL_ID));
  }

  /** The program will have no further life: what is kept for it is freed, as soon as nobody borrows it. */
  async free(program: Program): Promise<void> {
    // The words are the next program's that has this binding's place.
    for (const { at } of this.#shelves.get(program)?.places ?? []) store(this.#words, at + MEDIUM_ROOT, 0);
    await this.unlent(program);
    for (const { kept } of this.#keptPlaces(program)) this.#heap.ownership.dropUncharged(kept);
    this.#shelves.delete(program);
  }

  findings(kernelOwned: Iterable<number>, isUnburied: (id: DomainId) => boolean): AuditFinding[] {
    const findings: AuditFinding[] = [];
    const report = (invariant: keyof typeof MEDIA_INVARIANTS, detail: string): void => void findings.push({ invariant, detail });
    const named = new Map<number, number>();
    for (const { kept } of this.#kept()) named.set(kept, (named.get(kept) ?? 0) + 1);
    for (const root of kernelOwned)
      if (named.get(root) !== 1) report('a-kept-block-has-its-medium', `block ${root} is the kernel's, and ${named.get(root) ?? 0} media name it`);
    for (const [program, { places }] of this.#shelves) {
      for (const { name, at } of places) {
        const root = load(this.#words, at + MEDIUM_ROOT);
        if (root === 0) continue;
        const holder = this.#heap.ownership.ownerWord(root);
        const isSound = holder === ownedBy(KERNEL_ID) ? named.has(root) : holder === ownedBy(ownerMeant(holder)) && isUnburied(ownerMeant(holder));
        if (!isSound) report('a-medium-names-its-own', `the medium ${name} of ${program.name} names block ${root}, whose owner word is ${holder}`);
      }
    }
    return findings;
  }
}
