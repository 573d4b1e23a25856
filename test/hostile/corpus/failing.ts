/** What does not hold yet, by case: the oracles that say so, and why. A case that holds again makes its test fail until it is off this list. */
export const FAILING: { readonly [id: string]: { readonly oracles: readonly string[]; readonly why: string } } = {};
