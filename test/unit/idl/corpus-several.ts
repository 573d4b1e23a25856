/** Files with several errors each: what follows a broken declaration is found, and an error has no echo. */
import type { WrongFile } from './corpus.js';

const wrong = (claim: string, body: string): WrongFile => ({ claim, marked: `package p;\n${body}` });

export const SEVERAL: readonly WrongFile[] = [
  wrong('a struct without a name hides nothing that follows', 'struct «IDL001|{» a: u8; }\nstruct B { b: «IDL008|number»; }\nstruct C { c: «IDL005|Nope»; }'),
  wrong('a body in parentheses hides nothing that follows', 'struct A «IDL001|(» x: u32; )\nstruct B { a: A; b: «IDL008|number»; }'),
  wrong(
    'a struct that is not closed ends where the next declaration begins',
    'struct A { x: u32;\n«IDL001|interface» I { m(a: «IDL008|Map»): void; }\nstruct C { c: «IDL008|any»; a: A; }',
  ),
  wrong('a struct that is not closed at the end of the file is told there', 'struct A { x: «IDL008|number»; }\nstruct B { y: «IDL008|any»;«IDL001»'),
  wrong('a brace that does not open is told once', 'struct A «IDL001|x»: u32; }\nstruct B { b: «IDL008|number»; a: A; }'),
  wrong(
    'fields that end with commas are told once for each line',
    'struct A { x: u32«IDL001|,» y: u32, z: «IDL008|number» }\nstruct B { x: u32«IDL001|,»\n  y: u32«IDL001|,»\n}\nstruct C { b: «IDL008|any»; }',
  ),
  wrong(
    'colons left out in fields and parameters are each told',
    'struct A { x «IDL001|u32»; y: «IDL008|number»; }\ninterface I { m(a «IDL001|u8»): void; n(b: «IDL008|any»): void; }',
  ),
  wrong('characters that mean nothing stop nothing', 'struct A { x: «IDL008|number»; }\n«IDL001|%%%» what is this\nstruct B { y: «IDL008|any»; }'),
  wrong(
    'a class of another language is told once, and its uses are not unknown',
    '«IDL001|class» A { x: number; }\nstruct B { y: «IDL008|any»; }\ninterface I { m(a: A): «IDL008|Date»; }',
  ),
  wrong('a type alias is told once, and its uses are not unknown', '«IDL001|type» Id = u32;\nstruct B { id: Id; y: «IDL008|any»; z: «IDL005|Nope»; }'),
  wrong(
    'type arguments that are not closed leave the next field alone',
    'struct A { x: Option<u8«IDL001|;» y: «IDL008|number»; }\nstruct B { y: «IDL008|any»; }',
  ),
  wrong('an array that is not closed leaves the next field alone', 'struct A { x: [u8; 4«IDL001|;» y: «IDL008|number»; }\nstruct B { y: «IDL008|any»; }'),
  wrong(
    'a semicolon left out between methods loses neither',
    'interface I { m(): void «IDL001|n»(): «IDL008|number»; }\ninterface J { m(«IDL001|:» void; n(): «IDL008|any»; }\nstruct B { y: «IDL005|Nope»; }',
  ),
  wrong(
    'a payload left out is told, and the next enum is read',
    'enum E { A(«IDL001|)», B(u8) }\nenum F { A «IDL001|=» 1, B = 2 }\nenum G { A(«IDL008|any») }',
  ),
  wrong(
    'constants without a value or a type are told, and those after them are judged',
    'const N: u32«IDL001|;»\nconst O «IDL001|=» 3;\nconst M: u8 = «IDL019|300»;\nstruct B { y: [u8; N]; z: [u8; O]; w: [u8; «IDL005|P»]; }',
  ),
  wrong('each of two broken declarations is told', 'struct A { x: «IDL001|;» }\nstruct B { «IDL001|:» u8; }\nstruct C { z: «IDL008|any»; }'),
  wrong(
    'a string that does not end costs its line alone',
    'import «IDL001|"»./a.idl;\nstruct B { y: «IDL008|any»; }\nstruct C { z: «IDL013|Option<Option<u8>>»; }',
  ),
  wrong('a comment that does not end is told where it begins', 'struct B { y: «IDL008|any»; }\n«IDL001|/*» and so on\nstruct C { z: «IDL008|number»; }'),
  { claim: 'a package line without a name does not make the file a file without a package', marked: 'package «IDL001|;»\nstruct B { y: «IDL008|any»; }' },
  {
    claim: 'a package line without a semicolon is told at the next word',
    marked: 'package p\n«IDL001|struct» B { y: «IDL008|any»; }\nenum «IDL007|object» { A }',
  },
  wrong(
    'an annotation that is not closed hides nothing that follows',
    '@recoverable(\n«IDL001|interface» I { m(): «IDL008|number»; }\nstruct B { y: «IDL008|any»; }\n«IDL020|@recoverable»\nstruct C { c: «IDL005|Nope»; }',
  ),
  wrong('annotations before nothing are told at the end', 'struct B { y: «IDL008|any»; z: «IDL014|u8[]»; }\n@recoverable«IDL001»'),
  wrong(
    'what a struct extends is told once, and is no field',
    'struct B { y: «IDL008|any»; }\nstruct A «IDL001|extends» B { x: «IDL008|number»; }\nstruct C { a: A; c: «IDL005|Nope»; }',
  ),
  wrong('semicolons behind bodies are each told', 'struct A { x: «IDL008|number»; }«IDL001|;»\nstruct B { y: u8; }«IDL001|;»\nstruct C { z: «IDL005|Nope»; }'),
  wrong(
    'default values and question marks are told, and the fields behind them read',
    'struct A { x: u32 «IDL001|=» 4; y: «IDL008|number»; }\nstruct B { x«IDL001|?»: u32; y: «IDL008|any»; }',
  ),
  wrong('words before a declaration do not hide it', '«IDL001|export» struct A { y: «IDL008|number»; }\n«IDL001|public» struct B { y: «IDL008|any»; a: A; }'),
  wrong('a declaration within another is told', 'struct A { «IDL001|struct» B { y: «IDL008|any»; } z: u8; }\nstruct C { b: B; y: «IDL008|Map»<u8, u8>; }'),
  wrong(
    'an arrow before a result is told, and the next method read',
    'interface I { m() «IDL001|-»> number; n(): «IDL008|any»; }\nstruct B { y: «IDL005|Nope»; }',
  ),
  wrong('a generic declaration is told, and its name is known', 'struct Box«IDL001|<»T> { value: T; }\nstruct B { y: «IDL008|any»; b: Box; }'),
  wrong('a declaration that breaks off at the end of the file is told there', 'struct A { x: «IDL008|number»; }\nstruct«IDL001»'),
  wrong('a method that breaks off at the end of the file is told there', 'struct A { x: «IDL008|number»; }\ninterface I { m(«IDL001»'),
  { claim: 'a file of another language is told at its first word', marked: '«IDL001|fn» main() { println!("x"); }' },

  wrong(
    'errors of every kind in one method are all told',
    'struct T { a: u8; }\ninterface I {\n  m(«IDL007|class»: &RRef<T>, a: «IDL011|&mut RRef<T>», b: [«IDL010|&RRef<T>»; 2], «IDL006|a»: u8): «IDL012|RpcResult<u8>»;\n}',
  ),
  wrong(
    'errors of definitions and errors of what they reach are told in one run',
    'struct A { a: «IDL009|A»; n: «IDL013|Option<Option<u8>>»; }\nenum «IDL024|E» { }\nconst N: u8 = «IDL019|-1»;\n@recoverable\ninterface I { m(«IDL016|e: RRef<E>»): void; «IDL026|n»(); }',
  ),
  wrong('the same mistake in six fields is told six times', `struct S {\n${Array.from({ length: 6 }, (_, i) => `  f${i}: «IDL014|Vec»<u8>;`).join('\n')}\n}`),
  wrong('a word of ours as the name of a field is told once', 'struct S { a: u8; «IDL001|enum»: u8; }\nstruct T { a: «IDL008|any»; }'),
  wrong(
    'a method without parentheses is told once, and its type is no name',
    'interface I { m«IDL001|:» void; n(a: «IDL008|any»): void; }\nstruct T { a: «IDL008|any»; }',
  ),
  wrong('a function type for a method is told once', 'interface I { m«IDL001|:» (a: u8) => void; n(): «IDL008|any»; }'),
  wrong('async as a word before a method is told once', 'interface I { async «IDL001|m»(): u8; n(): «IDL008|any»; }'),
  wrong('an annotation that is not closed is told once', 'interface I { @deadline(50 m«IDL001|(»): void; n(): «IDL008|any»; }'),
  wrong('an annotation without a name is told once', 'interface I { @ m()«IDL001|:» void; n(): «IDL008|any»; }\nstruct T { a: «IDL008|any»; }'),
];
