/** Why a file is no leaf: where in it, in bytes from its beginning, and what is wrong there. */
export class LeafFileError extends Error {
  override readonly name = 'LeafFileError';
  readonly offset: number;
  /** Whether it has the shape of one, and an interface in it is not what its fingerprint says. */
  readonly isWrongId: boolean;

  constructor(offset: number, what: string, isWrongId = false) {
    super(`${isWrongId ? 'the leaf cannot be believed' : 'no leaf'}, at byte ${offset}: ${what}`);
    this.offset = offset;
    this.isWrongId = isWrongId;
  }
}
