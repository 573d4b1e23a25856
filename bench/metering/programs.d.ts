/** The programs over this text, by name. */
export function makePrograms(text: string): { readonly [name: string]: () => number };
