/**
 * What the compiler refuses: one rule for each code. A code never changes its meaning and is never used again for another rule,
 * because people search for it and tools filter by it.
 */
export const RULES = {
  syntax: ['IDL001', 'A file holds a package line, imports and declarations; statements end with `;`, bodies stand in `{ }`.'],
  import: ['IDL002', 'An import names a file of text that exists: by a path that begins with `./` or `../`, or by a package and a path in it.'],
  importCycle: ['IDL003', 'Imports never go in circles, so that each file can be read on its own.'],
  package: ['IDL004', 'A file begins with one `package name;`, in lower case, and no two files of one compilation share it.'],
  unknownName: ['IDL005', 'A type is built in, declared in this file, or declared in an imported file and written `package.Name`.'],
  duplicate: ['IDL006', 'A name is given once in its scope, and what is generated from one declaration never collides with another.'],
  reserved: ['IDL007', 'Names that the language, TypeScript, handles or generated code use for themselves are reserved.'],
  notExchangeable: ['IDL008', 'Only exchangeable types cross domains: no reference to a private heap, no function, no promise.'],
  recursion: ['IDL009', 'A type that contains itself needs an `RRef` between, or its size would have no end.'],
  lent: ['IDL010', 'A loan lasts for one call, so `&RRef<T>` is written only as the whole type of a parameter.'],
  mutable: ['IDL011', 'Nothing is lent for writing: a callee that dies half way would leave a torn value behind.'],
  rpcResult: ['IDL012', 'Every method returns `RpcResult<T>` in the generated code, so the IDL writes only `T`.'],
  nestedOption: ['IDL013', '`Option<T>` is `T | null` in TypeScript, so an option of an option could not tell its two nulls apart.'],
  unbounded: ['IDL014', 'An array has a fixed length, because a value on the shared heap has a fixed size.'],
  interfaceReference: ['IDL015', 'An interface reference is a capability: it is passed in a call, never stored where it could be forwarded unseen.'],
  notRecoverable: [
    'IDL016',
    'A recoverable interface has replayable methods only: every RRef argument lent, and no interface reference passed unless the method is `@idempotent`.',
  ],
  tooManySlots: [
    'IDL017',
    'A call record has 24 slots for the arguments and 24 for the result; each string, bytes and RRef takes one, and so does data of more than 256 bytes.',
  ],
  bound: ['IDL018', 'A length or bound is a whole number or an integer constant: 1 to 65536 for arrays and containers, 1 to 2^30 for string and bytes.'],
  constant: ['IDL019', 'A constant is a literal of a scalar type or string, and fits it.'],
  annotation: ['IDL020', 'An annotation is one that the compiler knows, stands where it applies, once, with the arguments that it takes.'],
  typeArguments: ['IDL021', '`Option`, `RRef` and `RRefVec` take one type, `Result` two, `RRefArray` and `RRefDeque` a type and a length, all others none.'],
  void: ['IDL022', '`void` is what a method returns, or the first type of a `Result` that it returns.'],
  rrefTarget: [
    'IDL023',
    'An `RRef` refers to a struct or an enum, to what has a name to be allocated by; an element of an `RRefArray` or `RRefDeque` to that, or to a container.',
  ],
  empty: ['IDL024', 'A struct has a field, an enum a variant, an interface a method, a tuple two types.'],
  tooLarge: [
    'IDL025',
    'Types nest 32 deep at the most, definitions 64, an enum has 256 variants, a name 127 characters, a package 512 definitions, and a value takes 1 MiB beside its strings.',
  ],
  returnType: ['IDL026', 'A method says what it returns.'],
  vecElement: ['IDL027', 'The elements of an `RRefVec` are plain values of one size: no string, bytes or RRef in them, at whatever depth.'],
  duration: ['IDL028', 'A deadline is a number with the unit `ms` or `s`, from 1ms to 86400s, which is a day.'],
  notIdempotent: ['IDL029', 'An RRef that moves is gone with the first attempt, so a method that moves one cannot be idempotent.'],
  since: ['IDL030', 'A version is a whole number from 1 to 65535, and never falls along the methods of an interface: what is new comes last.'],
  methodNumber: ['IDL034', 'A published method keeps its number: what is new stands behind it, and the order stays.'],
  published: ['IDL035', 'What was published stays what it is, because others were built with it.'],
  lockFile: ['IDL036', 'An `idl.lock` is as `deciduous idl lock` wrote it, in a format that the compiler knows.'],
  lockIds: ['IDL037', 'An id in `idl.lock` is the hash of the text that stands beside it.'],
} as const;

export type RuleName = keyof typeof RULES;
export type RuleCode = (typeof RULES)[RuleName][0];
