/** What takes more than the general bound of O3 for a moment, by case: how much it may take, in MiB, and why. All of it comes back. */
export const OVERSHOOTS: { readonly [id: string]: { readonly mib: number; readonly why: string } } = {
  M02a: { mib: 384, why: 'an array takes up to 256 MiB as it is made, before anybody can look' },
  M06a: { mib: 384, why: 'an array takes up to 256 MiB as it is made, before anybody can look' },
  M11b: { mib: 384, why: 'spreading a text makes all parts at once: it is an operator, and no call' },
};
