/** What a lock may be called. */
const LONGEST_LOCK_NAME = 100;

/** Throws a TypeError for a name that is empty or longer than 100 characters. */
export function checkLockName(name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > LONGEST_LOCK_NAME)
    throw new TypeError(`the name of a lock is a string of 1 to ${LONGEST_LOCK_NAME} characters`);
}
