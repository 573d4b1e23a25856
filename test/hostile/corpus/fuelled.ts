/** For O8: how many steps of fuel the cases get that end by it before any other limit. A step of some does so much that they get few. */
const BY_FUEL: { readonly [steps: number]: string } = {
  997: 'C01 C02 C02a C04 C05 C06 C09a C10 C30a C32 C33 C36 M01 M04 M05 M08 M08a M08b M09 M12a M18 M20a M26a M27 M27a M28 M29 M30a M32 S06 S06a S08 S08a S08b D06 D13 P01a P01b P06 P24 P29',
  // Below the limit of the stack's depth.
  211: 'S01 S02 S02a S03 S03a S10 E05',
  17: 'C34 C35 M06 M06b M10a M17a',
  5: 'C14 C20a',
};

export const FUELLED: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_FUEL).flatMap(([steps, ids]) => ids.split(' ').map((id) => [id, Number(steps)] as const)),
);
