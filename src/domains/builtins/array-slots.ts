/**
 * What an array of a given length takes is charged before there is one: several large ones in a row pass no checkpoint, and V8 ends the process where one does not fit.
 *
 * `Array` itself stays V8's own, because a method that makes an array is several times slower once anything else is the constructor of arrays. So the build hands over the length where it is written (src/pack/weaving/listing.ts).
 */
import { charge } from './taming.js';

const SLOT_BYTES = 8;
/** A longer one is a table of what is in it, and takes nothing yet. */
const LONGEST_LIST = 2 ** 25;

/** Charges the slots of an array that is about to be made of `length`, if that is a length. Answers it. */
export function chargeSlots(length: unknown): unknown {
  if (typeof length === 'number' && length <= LONGEST_LIST) charge(length * SLOT_BYTES);
  return length;
}
