/**
 * How large a BigInt may be in a domain, in bits. What is larger than the first is noticed wherever it can arise, and looked for more often from then on; larger than the second there is none. V8's own bound of 2 ** 30 bits
 * is 128 MiB, which an operator makes in one step that nothing counts.
 */
export const LARGE_BIGINT_BITS = 2 ** 14;
export const MOST_BIGINT_BITS = 2 ** 18;
