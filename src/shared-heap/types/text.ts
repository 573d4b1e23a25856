/** Text that has a UTF-8. */
import { InvalidType } from '../faults.js';

const isWellFormed = Function.prototype.call.bind((String.prototype as unknown as { isWellFormed(): boolean }).isWellFormed) as unknown as (
  text: string,
) => boolean;

/** Throws InvalidType for a string with a lone surrogate: what an encoder makes of it is another text. */
export function checkText(text: string, where: string): void {
  if (!isWellFormed(text)) throw new InvalidType('a string of whole characters', 'one with a lone surrogate', where);
}
