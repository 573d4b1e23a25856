/**
 * A shadow of every owner word: a block goes from owner to owner as the table of transitions has it and in no other way, whoever stores the word and whatever becomes of it later. Asked at
 * every store in every execution, by whom it was stored too; what is freed twice is seen here, at the step that does it.
 *
 * A stepped build has its own copy, which imports the copy's modules.
 */
import { NOBODY, ownerKind, ownerMeant, OwnerKind } from '../../../dist/abi/domain-id.js';
import { PAGE_BYTES, PAGE_ENTRY_WORDS, PAGE_KIND, PAGE_SIZE, PageKind, X_REMOTE } from '../../../dist/abi/heap-layout.js';

const WORDS_PER_PAGE = PAGE_BYTES / 4;

/** What is wrong with storing `is` where `was` had been, in words; empty where nothing is, or where no block begins. */
export function faultOf(heap, index, was, is, me, isKernel) {
  const page = Math.floor(index / WORDS_PER_PAGE);
  const entry = page * PAGE_ENTRY_WORDS;
  const kind = heap[entry + PAGE_KIND];
  const size = kind === PageKind.Small ? heap[entry + PAGE_SIZE] * 4 : WORDS_PER_PAGE;
  if ((kind !== PageKind.Small && kind !== PageKind.SpanHead) || !(size > 0) || (index % WORDS_PER_PAGE) % size !== 0) return '';
  // Whoever drains repeats what a dead one had begun: the block's bit is set until then.
  const slot = Math.floor((index % WORDS_PER_PAGE) / size);
  if (was === NOBODY && is === NOBODY && (heap[entry + X_REMOTE + (slot >>> 5)] & (1 << (slot & 31))) !== 0) return '';
  const wrong = transitionFault(ownerKind(was), ownerMeant(was) === me, ownerKind(is), ownerMeant(is) === me, isKernel);
  return wrong === '' ? '' : `${wrong}: block ${index >>> 2} in page ${page} went from 0x${was.toString(16)} to 0x${is.toString(16)}`;
}

function transitionFault(from, wasMine, to, isMine, isKernel) {
  const owns = from === OwnerKind.Domain && wasMine;
  switch (to) {
    case OwnerKind.Nobody:
      if (from === OwnerKind.Nobody) return 'freed twice';
      return owns || from === OwnerKind.Freeing || isKernel ? '' : 'freed by somebody who does not own it';
    case OwnerKind.Freeing:
      if (from === OwnerKind.Nobody || from === OwnerKind.Freeing) return 'freed twice';
      return owns || isKernel ? '' : 'given back by somebody who does not own it';
    case OwnerKind.Domain:
      if (!isMine) return 'made somebody else own it';
      if (from === OwnerKind.Domain && !wasMine) return 'taken from another owner';
      return from === OwnerKind.Freeing ? 'used while it was being given back' : '';
    case OwnerKind.Child:
    case OwnerKind.Transit:
      return owns ? '' : 'handed on by somebody who does not own it';
    case OwnerKind.Orphan:
      return isKernel && from === OwnerKind.Domain ? '' : 'orphaned by somebody who is not the kernel';
    default:
      return 'given a word of no kind';
  }
}
