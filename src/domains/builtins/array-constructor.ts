/**
 * `Array`: what `Array(n)` takes is charged before there is one. Several large ones in a row pass no checkpoint, and V8 ends the process where one does not fit.
 *
 * A function, not a proxy: making a small array must cost what it costs without it.
 */
import { charge, takePlace } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- this runs over whatever an extension hands it
type Any = any;

const { construct } = Reflect;
const SLOT_BYTES = 8;
/** A longer one is a table of what is in it, and takes nothing yet. */
const LONGEST_LIST = 2 ** 25;

export const NativeArray = Array;

/** Charges the slots of an array that is about to have so many. */
export function chargeSlots(length: number): void {
  if (length <= LONGEST_LIST) charge(length * SLOT_BYTES);
}

function GuardedArray(this: unknown, first: Any): Any {
  const target = new.target === undefined || new.target === GuardedArray ? NativeArray : new.target;
  if (arguments.length === 1 && typeof first === 'number') {
    chargeSlots(first);
    if (target === NativeArray) return new NativeArray(first);
  }
  return construct(NativeArray, arguments, target);
}

takePlace('Array', NativeArray, GuardedArray);

/** What an extension knows as `Array`. */
export const DomainArray: unknown = GuardedArray;
