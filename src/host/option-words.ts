/** How options that cannot be are refused, in words. */

/** Throws a TypeError for a name that is none of the options. */
export function refuseUnknown(given: object, known: readonly string[], where: string): void {
  for (const key of Object.keys(given)) if (!known.includes(key)) throw new TypeError(`${where} has no option '${key}'; options are ${known.join(', ')}`);
}

/** What was given, for a message. */
export function said(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : typeof value === 'object' && value !== null ? 'an object of another kind' : String(value);
}
