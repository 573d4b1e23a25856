/** An interface definition file of any length, as people write them: documented structs, enums and interfaces that name one another. */

function declarations(index: number): string {
  return `/// A thing of number ${index}.
struct Thing${index} {
  /// Its name.
  name: string<=64;
  value: u64;
  items: [Option<u32>; MAX];
  pair: (u8, f64);
  next: Option<RRef<Thing${index}>>;
}

enum Kind${index} { None, Some(u32), Many([u8; 4], bytes<=128) }

/// Asks for things.
interface Service${index} {
  get(key: &RRef<Thing${index}>, kind: Kind${index}): Option<RRef<Thing${index}>>;
  put(thing: RRef<Thing${index}>, count: u32): Result<void, Kind${index}>;
  list(prefix: string<=64, all: RRefVec<f64>): Result<[Option<RRef<Thing${index}>>; 8], Kind${index}>;
}

`;
}

const LINES_OF_ONE = declarations(0).split('\n').length - 1;

/** `lines` lines at the least. Nothing is wrong with it. */
export function largeFile(lines: number): string {
  const count = Math.ceil((lines - 4) / LINES_OF_ONE);
  return `package large;\n\nconst MAX: u32 = 16;\n\n${Array.from({ length: count }, (_, index) => declarations(index)).join('')}`;
}

/** The same with mistakes throughout: a type that does not exist, one of another language, and a semicolon that is missing, in every fifth part. */
export function wrongFile(lines: number): string {
  return largeFile(lines).replaceAll(/^struct Thing\d*[05] \{[^}]*/gm, (struct) =>
    struct
      .replace('u64', 'number')
      .replace('f64)', 'f65)')
      .replace(/;\n {2}pair/, '\n  pair'),
  );
}
