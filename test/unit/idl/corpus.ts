/**
 * Wrong files, each with what it must be refused with. `«IDL005|Missing»` stands around what that diagnostic must underline, and `«IDL005»` where one must
 * point at which there is nothing to underline; marks may stand in one another. They are taken away before the file is compiled, and nothing else may be
 * reported.
 */
export interface WrongFile {
  readonly claim: string;
  readonly marked: string;
  /** The same file as `idl.lock` says that it was published. */
  readonly published?: string;
  /** Files that it imports, or a lock file, by path, marked in the same way. */
  readonly beside?: { readonly [path: string]: string };
}

const wrong = (claim: string, body: string): WrongFile => ({ claim, marked: `package p;\n${body}\n` });
/** The same, for a type in a field. */
const field = (claim: string, type: string): WrongFile => wrong(claim, `struct S { f: ${type}; }\ninterface I { m(): void; }\nstruct T { a: u8; }`);

export const CORPUS: readonly WrongFile[] = [
  { claim: 'a file without a package is refused', marked: '«IDL004|s»truct S { a: u8; }' },
  { claim: 'an empty file is refused', marked: '«IDL004»' },
  { claim: 'a package in upper case is refused', marked: 'package «IDL004|Kv»;\nstruct S { a: u8; }' },
  { claim: 'a package named by a reserved word is refused', marked: 'package «IDL007|static»;\nstruct S { a: u8; }' },
  { claim: 'a package line that does not come first is refused', marked: 'struct S { a: u8; }\npackage «IDL004|p»;' },
  wrong('a second package line is refused', '«IDL004|package q;»\nstruct S { a: u8; }'),

  field('an unknown type is refused', '«IDL005|Missing»'),
  field('an unknown package is refused', '«IDL005|other.T»'),
  field('a name with too many parts is refused', '«IDL005|p.T.x»'),
  wrong('a constant used as a type is refused', 'const N: u8 = 1;\nstruct S { f: «IDL005|N»; }'),
  wrong('an unknown constant is refused', 'struct S { f: [u8; «IDL005|N»]; }'),

  wrong('two types of one name are refused', 'struct S { a: u8; }\nenum «IDL006|S» { A }'),
  wrong('two fields of one name are refused', 'struct S { a: u8; «IDL006|a»: u16; }'),
  wrong('two variants of one name are refused', 'enum E { A, B, «IDL006|A» }'),
  wrong('two methods of one name are refused, because methods are not overloaded', 'interface I { m(): void; «IDL006|m»(a: u8): void; }'),
  wrong('two parameters of one name are refused', 'interface I { m(a: u8, «IDL006|a»: u8): void; }'),
  wrong('a struct whose value would be called like another struct is refused', 'struct S { a: u8; }\nstruct «IDL006|SValue» { a: u8; }'),
  wrong('an interface whose shadow would be called like a struct is refused', 'struct IShadow { a: u8; }\n@recoverable\ninterface «IDL006|I» { m(): void; }'),
  wrong('an interface whose implementation would be called like a struct is refused', 'struct IImpl { a: u8; }\ninterface «IDL006|I» { m(): void; }'),
  wrong('a constant called like a type is refused', 'struct S { a: u8; }\nconst «IDL006|S»: u8 = 1;'),

  wrong('a type called like a built-in one is refused', 'struct «IDL007|Option» { a: u8; }'),
  wrong('a type called like a scalar is refused', 'enum «IDL007|u32» { A }'),
  wrong('a type called like a type of TypeScript is refused', 'struct «IDL007|object» { a: u8; }'),
  wrong('an enum called as, which `export type` takes for a word of its own, is refused', 'enum «IDL007|as» { A }'),
  wrong('a type called like what generated code imports is refused', 'struct «IDL007|Bytes» { a: u8; }'),
  wrong('a field called like a method of handles is refused', 'struct S { «IDL007|drop»: u8; }'),
  wrong('a method called like what implementations are told is refused', 'interface I { «IDL007|released»(): void; }'),
  wrong('a field called replace, as what exchanges a child is, is refused', 'struct S { «IDL007|replace»: u8; }'),
  wrong('a field called __proto__ is refused', 'struct S { «IDL007|__proto__»: u8; }'),
  wrong('a field called then is refused, because an await would call it', 'struct S { «IDL007|then»: u8; }'),
  wrong('a method called async is refused', 'interface I { «IDL007|async»(): void; }'),
  wrong('a variant called constructor is refused', 'enum E { «IDL007|constructor» }'),
  wrong('a parameter called by a word of TypeScript is refused', 'interface I { m(«IDL007|class»: u8): void; }'),

  field('number is refused', '«IDL008|number»'),
  field('any is refused', '«IDL008|any»'),
  field('a map is refused', '«IDL008|Map»<string, u8>'),
  field('a promise is refused', '«IDL008|Promise»<u8>'),
  field('a Uint8Array is refused', '«IDL008|Uint8Array»'),
  field('a date is refused', '«IDL008|Date»'),
  field('a function is refused', '«IDL008|(a: u8) => void»'),
  field('a function without parameters is refused', '«IDL008|() => u8»'),
  field('a union is refused', '«IDL008|u8 | string»'),
  field('an optional type by ? is refused', '«IDL008|u8?»'),
  field('a tuple with names is refused', '(«IDL008|a»: u8, b: u8)'),

  wrong('a struct that contains itself is refused', 'struct S { a: u8; s: «IDL009|S»; }'),
  wrong('recursion through an option is refused', 'struct S { s: «IDL009|Option<S>»; }'),
  wrong('recursion through an array is refused', 'struct S { s: «IDL009|[S; 2]»; }'),
  wrong('recursion through a tuple is refused', 'struct S { s: «IDL009|(u8, S)»; }'),
  wrong('recursion through an enum is refused', 'struct S { e: E; }\nenum E { A, B(«IDL009|S») }'),
  wrong('recursion through two structs is refused once', 'struct A { b: B; }\nstruct B { c: C; }\nstruct C { a: «IDL009|A»; }'),
  wrong('recursion through a result is refused', 'struct S { s: «IDL009|Result<u8, S>»; }'),

  field('a loan inside a struct is refused', '«IDL010|&RRef<T>»'),
  wrong('a loan inside an enum is refused', 'struct T { a: u8; }\nenum E { A(«IDL010|&RRef<T>») }'),
  wrong('a loan inside an option is refused', 'struct T { a: u8; }\ninterface I { m(a: Option<«IDL010|&RRef<T>»>): void; }'),
  wrong('a loan inside an array is refused', 'struct T { a: u8; }\ninterface I { m(a: [«IDL010|&RRef<T>»; 2]): void; }'),
  wrong('a loan as a result is refused', 'struct T { a: u8; }\ninterface I { m(): «IDL010|&RRef<T>»; }'),
  wrong('a loan inside a result is refused', 'struct T { a: u8; }\ninterface I { m(): Result<«IDL010|&RRef<T>», u8>; }'),
  wrong('a loan inside an RRef is refused', 'struct T { a: u8; }\ninterface I { m(a: RRef<«IDL010|&RRef<T>»>): void; }'),
  wrong('lending what is no RRef is refused', 'struct T { a: u8; }\ninterface I { m(a: «IDL010|&T»): void; }'),
  wrong('lending a loan is refused', 'struct T { a: u8; }\ninterface I { m(a: «IDL010|&&RRef<T>»): void; }'),
  wrong('&mut is refused', 'struct T { a: u8; }\ninterface I { m(a: «IDL011|&mut RRef<T>»): void; }'),
  wrong('RpcResult written out is refused', 'interface I { m(): «IDL012|RpcResult<void>»; }'),
  wrong('&mut of a struct is refused', 'struct T { a: u8; }\ninterface I { m(a: «IDL011|&mut T»): void; }'),
  wrong('&mut inside an option is refused', 'struct T { a: u8; }\ninterface I { m(a: Option<«IDL011|&mut RRef<T>»>): void; }'),
  field('&mut in a field is refused', '«IDL011|&mut RRef<T>»'),
  wrong('RpcResult with two types is refused', 'interface I { m(): «IDL012|RpcResult<u8, u8>»; }'),
  field('RpcResult in a field is refused', '«IDL012|RpcResult<u8>»'),
  wrong('RpcResult inside a result is refused', 'interface I { m(): Result<«IDL012|RpcResult<u8>», u8>; }'),
  field('an option of an option of an RRef is refused', '«IDL013|Option<Option<RRef<T>>>»'),
  wrong('an option of an option as a parameter is refused', 'interface I { m(a: «IDL013|Option<Option<u8>>»): void; }'),
  field('an option of an option is refused', '«IDL013|Option<Option<u8>>»'),
  field('an array without length is refused', '«IDL014|[u8]»'),
  field('an array in the way of TypeScript is refused', '«IDL014|u8[]»'),
  field('a vector is refused', '«IDL014|Vec»<u8>'),

  field('an interface reference inside a struct is refused', '«IDL015|I»'),
  field('an interface reference behind an RRef is refused', 'RRef<«IDL015|I»>'),
  field('an interface reference inside an option of a struct is refused', 'Option<«IDL015|I»>'),
  wrong('an interface reference inside an enum is refused', 'interface I { m(): void; }\nenum E { A(«IDL015|I») }'),

  wrong('a recoverable interface that moves an RRef is refused', 'struct T { a: u8; }\n@recoverable\ninterface I { m(«IDL016|a: RRef<T>»): void; }'),
  wrong(
    'each argument that stands in the way of recovery is told',
    'struct T { a: u8; }\n@recoverable\ninterface I { m(«IDL016|a: RRef<T>», b: &RRef<T>, «IDL016|c: Option<RRef<T>>»): void; }',
  ),
  wrong(
    'a recoverable interface that moves an RRef inside a struct is refused',
    'struct T { a: u8; }\nstruct U { t: RRef<T>; }\n@recoverable\ninterface I { m(«IDL016|u: U»): void; }',
  ),
  wrong('a recoverable interface that takes an interface reference is refused', '@recoverable\ninterface I { m(«IDL016|i: I»): void; }'),
  wrong('a recoverable interface that returns an interface reference is refused', '@recoverable\ninterface I { «IDL016|m»(): I; }'),

  wrong(
    'more than 24 slots of arguments are refused',
    `interface I { «IDL017|m»(${Array.from({ length: 25 }, (_, i) => `a${i}: string`).join(', ')}): void; }`,
  ),
  wrong('more than 24 slots of a result are refused', 'interface I { «IDL017|m»(): [bytes; 25]; }'),
  wrong('24 slots beside data that needs a block of its own are refused', 'interface I { «IDL017|m»(a: [string; 24], b: [u64; 21]): void; }'),
  wrong('a result of 24 slots with such data is refused', 'interface I { «IDL017|m»(): ([bytes; 24], [u64; 21]); }'),
  wrong('slots inside structs count', 'struct T { a: [string; 5]; }\ninterface I { «IDL017|m»(a: [T; 5]): void; }'),

  wrong('a loan inside a container is refused', 'struct T { a: u8; }\ninterface I { m(a: RRefArray<«IDL010|&RRef<T>», 2>): void; }'),
  wrong('a lent container inside a struct is refused', 'struct T { a: u8; }\nstruct S { f: «IDL010|&RRefVec<u8>»; }'),
  wrong('a recoverable interface that moves a container is refused', '@recoverable\ninterface I { m(«IDL016|a: RRefVec<u8>»): void; }'),
  wrong('an interface reference in a container is refused', 'interface I { m(a: RRefArray<«IDL015|I», 2>): void; }'),
  wrong('an interface reference in a vec is refused', 'interface I { m(a: RRefVec<«IDL015|I»>): void; }'),

  field('an array of length 0 is refused', '[u8; «IDL018|0»]'),
  field('an array that is too long is refused', '[u8; «IDL018|65537»]'),
  field('an array of no children is refused', 'RRefArray<T, «IDL018|0»>'),
  field('a deque that is too long is refused', 'RRefDeque<T, «IDL018|65537»>'),
  field('a deque whose length is a type is refused', 'RRefDeque<T, «IDL018|T»>'),
  field('a deque whose length is no constant is refused', 'RRefDeque<T, «IDL005|N»>'),
  field('a bound with a fraction is refused', 'string<=«IDL018|1.5»'),
  field('a bounded number is refused', 'u8<=«IDL018|4»'),
  wrong('a length that is a type is refused', 'struct S { a: [u8; «IDL018|S»]; }'),
  wrong('a length that is a string is refused', 'const N: string = "4";\nstruct S { a: [u8; «IDL018|N»]; }'),

  wrong('a constant that does not fit is refused', 'const N: u8 = «IDL019|256»;'),
  wrong('a negative constant of an unsigned type is refused', 'const N: u32 = «IDL019|-1»;'),
  wrong('a constant that is no whole number is refused', 'const N: i32 = «IDL019|1.5»;'),
  wrong('a constant of another kind of literal is refused', 'const N: bool = «IDL019|"true"»;'),
  wrong('a constant that is infinite is refused', 'const N: f64 = «IDL019|1e999»;'),
  wrong('a constant of a struct type is refused', 'struct S { a: u8; }\nconst N: «IDL019|S» = 1;'),

  wrong('an unknown annotation is refused', '«IDL020|@fast»\ninterface I { m(): void; }'),
  wrong('an annotation in the wrong place is refused', '«IDL020|@recoverable»\nstruct S { a: u8; }'),
  wrong('an annotation given twice is refused', '@recoverable «IDL020|@recoverable»\ninterface I { m(): void; }'),
  wrong('noForward on a method is refused', 'interface I { «IDL020|@noForward» m(): void; }'),
  wrong('an annotation with arguments that it does not take is refused', '«IDL020|@recoverable(50ms)»\ninterface I { m(): void; }'),

  field('an option of two types is refused', '«IDL021|Option<u8, u8>»'),
  field('an RRef to nothing is refused', '«IDL021|RRef»'),
  field('a scalar with a type argument is refused', '«IDL021|u8<u8>»'),
  field('a struct with a type argument is refused', '«IDL021|T<u8>»'),
  field('a result of one type is refused', '«IDL021|Result<u8>»'),

  field('a vec of two types is refused', '«IDL021|RRefVec<u8, u8>»'),
  field('a vec with a length is refused', '«IDL021|RRefVec<u8, 4>»'),
  field('an array of children without a length is refused', '«IDL021|RRefArray<T>»'),
  field('a deque of nothing is refused', '«IDL021|RRefDeque»'),
  field('a number where a type is wanted is refused', 'Option<«IDL021|4»>'),
  field('a number as the element of a vec is refused', 'RRefVec<«IDL021|4»>'),
  wrong('a result of a number is refused', 'interface I { m(): Result<u8, «IDL021|4»>; }'),

  field('void in a field is refused', '«IDL022|void»'),
  wrong('void as a parameter is refused', 'interface I { m(a: «IDL022|void»): void; }'),
  wrong('an option of void is refused', 'interface I { m(): Option<«IDL022|void»>; }'),
  wrong('a result whose error is void is refused', 'interface I { m(): Result<u8, «IDL022|void»>; }'),

  field('an RRef to a scalar is refused', '«IDL023|RRef<u8>»'),
  field('an RRef to bytes is refused', '«IDL023|RRef<bytes>»'),
  field('an RRef to an RRef is refused', '«IDL023|RRef<RRef<T>>»'),

  field('an RRef to a container is refused, for that is one', '«IDL023|RRef<RRefVec<u8>>»'),
  field('an array whose children are scalars is refused', 'RRefArray<«IDL023|u8», 4>'),
  field('an array whose children are written as RRefs is refused', 'RRefArray<«IDL023|RRef<T>», 4>'),
  field('a deque of strings is refused', 'RRefDeque<«IDL023|string», 4>'),
  field('a deque of options is refused', 'RRefDeque<«IDL023|Option<T>», 4>'),

  field('a vec of strings is refused', 'RRefVec<«IDL027|string»>'),
  field('a vec of bytes in an array in a tuple is refused', 'RRefVec<«IDL027|(u8, [bytes; 2])»>'),
  field('a vec of RRefs is refused', 'RRefVec<«IDL027|RRef<T>»>'),
  field('a vec of containers is refused', 'RRefVec<«IDL027|RRefVec<u8>»>'),
  field('a vec of optional RRefs is refused', 'RRefVec<«IDL027|Option<RRef<T>>»>'),
  wrong('a vec of structs with a string is refused', 'struct S { f: RRefVec<«IDL027|D»>; }\nstruct D { name: string; }'),
  wrong('a vec of enums with an RRef below is refused', 'struct S { f: RRefVec<«IDL027|(u8, E)»>; }\nenum E { A(D), B }\nstruct D { s: RRef<S>; }'),
  wrong('a vec of what holds the vec is refused', 'struct S { f: RRefVec<«IDL027|S»>; }'),
  wrong('a vec in a parameter is judged as one in a field', 'struct D { name: string; }\ninterface I { m(a: &RRefVec<«IDL027|D»>): RRefVec<«IDL027|D»>; }'),
  field('a vec of nothing is refused', 'RRefVec<«IDL022|void»>'),
  field('a vec whose elements are too large is refused', 'RRefVec<«IDL025|[[u64; 65536]; 16]»>'),

  wrong('a struct without fields is refused', 'struct «IDL024|S» { }'),
  wrong('an enum without variants is refused', 'enum «IDL024|E» { }'),
  wrong('an interface without methods is refused', 'interface «IDL024|I» { }'),
  field('a tuple of one type is refused', '«IDL024|(u8)»'),

  wrong('a type that nests too deep is refused', `struct S { a: ${'Option<'.repeat(32)}Option«IDL025|<»u8>${'>'.repeat(32)}; }`),
  wrong('a value that is too large is refused', 'struct «IDL025|S» { a: [[u64; 65536]; 16]; }'),
  wrong('a value that is too large by what lies between its fields is refused', 'struct «IDL025|S» { a: [T; 65536]; }\nstruct T { a: u8; b: u64; c: u8; }'),
  wrong('arguments that are too large together are refused', 'interface I { «IDL025|m»(a: [u64; 65536], b: [u64; 65536], c: u8): void; }'),
  wrong('a result that is too large is refused', 'interface I { «IDL025|m»(): ([u64; 65536], [u64; 65536], u8); }'),
  wrong('a name that is too long is refused wherever it is given', `struct «IDL025|${'S'.repeat(128)}» { «IDL025|${'f'.repeat(128)}»: u8; }`),
  { claim: 'a package whose name is too long is refused', marked: `package «IDL025|${'p'.repeat(128)}»;\nstruct S { a: u8; }` },
  {
    claim: 'a package of more than 512 definitions is refused',
    marked: `package «IDL025|p»;\n${Array.from({ length: 513 }, (_, i) => `struct S${i} { a: u8; }`).join('\n')}`,
  },
  {
    claim: 'a package whose schema is longer than an extension may bring is refused, be it by its comments',
    marked: `package «IDL025|p»;\n/// ${'long '.repeat(110_000)}\nstruct S { a: u8; }`,
  },
  wrong('an enum with too many variants is refused', `enum «IDL025|E» { ${Array.from({ length: 257 }, (_, i) => `V${i}`).join(', ')} }`),
  wrong(
    'definitions that nest too deep are refused',
    `${Array.from({ length: 70 }, (_, i) => `struct ${i === 6 ? '«IDL025|S6»' : `S${i}`} { a: S${i + 1}; }`)
      .reverse()
      .join('\n')}\nstruct S70 { a: u8; }`,
  ),

  wrong('a method that does not say what it returns is refused', 'interface I { «IDL026|m»(); }'),

  wrong('each method that does not say what it returns is told', 'interface I { «IDL026|m»(a: u8); k(): u8; «IDL026|n»(); }'),
  wrong('a method with wrong parameters and no result is told of both', 'interface I { «IDL026|m»(a: «IDL008|number»); }'),

  wrong('a missing semicolon is refused', 'struct S { a: u8 «IDL001|}»'),
  wrong('a missing brace is refused', 'struct S { a: u8;\n«IDL001|struct» T { a: u8; }'),
  wrong('a missing type is refused', 'struct S { a: «IDL001|;» }'),
  wrong('a field named by a keyword is refused', 'struct S { «IDL001|mut»: u8; }'),
  wrong('a declaration of another language is refused', '«IDL001|class» S { a: u8; }'),
  wrong('variants separated by semicolons are refused', 'enum E { A«IDL001|;» B }'),
  wrong('a stray character is refused', 'struct S { a: u8; «IDL001|$» }'),
  wrong('a string that does not end is refused', 'const S: string = «IDL001|"»abc;'),
];
