/** Wrong annotations: their places, their arguments, and what they promise of methods that cannot keep it. */
import type { WrongFile } from './corpus.js';

const wrong = (claim: string, body: string): WrongFile => ({ claim, marked: `package p;\n${body}\n` });

export const ANNOTATIONS: readonly WrongFile[] = [
  wrong('an annotation of methods before an interface is refused', '«IDL020|@idempotent»\ninterface I { m(): void; }'),
  wrong('an annotation of methods before a field is refused', 'struct S { «IDL020|@since(2)» a: u8; }'),
  wrong('an annotation of methods before a variant is refused', 'enum E { «IDL020|@async» A }'),
  wrong('a deadline before a const is refused', '«IDL020|@deadline(1s)» const N: u8 = 1;'),
  wrong('an annotation before an enum is refused', '«IDL020|@deadline(1s)» enum E { A }'),
  wrong('an annotation called like a property of every object is refused', '«IDL020|@toString»\ninterface I { m(): void; }'),
  wrong('a deadline without a time is refused', 'interface I { «IDL020|@deadline» m(): void; }'),
  wrong('a deadline without a time in its parentheses is refused', 'interface I { «IDL020|@deadline()» m(): void; }'),
  wrong('a deadline of two times is refused', 'interface I { «IDL020|@deadline(1s, 2s)» m(): void; }'),
  wrong('a deadline given twice is refused', 'interface I { @deadline(1s) «IDL020|@deadline(2s)» m(): void; }'),
  wrong('idempotent with an argument is refused', 'interface I { «IDL020|@idempotent(true)» m(): void; }'),
  wrong('async with an argument is refused', 'interface I { «IDL020|@async("yes")» m(): void; }'),
  wrong('since without a version is refused', 'interface I { «IDL020|@since» m(): void; }'),
  wrong('each wrong annotation before one method is told', 'interface I { «IDL020|@fast» @deadline(«IDL028|9») @since(«IDL030|0») m(): «IDL008|any»; }'),

  ...['50', '50us', '50m', '0ms', '0.5ms', '-5ms', 'ms', '"50ms"', 'true', '86401s', '0x10ms', '1e3ms', '50MS'].map((time) =>
    wrong(`a deadline of ${time} is refused`, `interface I { @deadline(«IDL028|${time}») m(): void; }`),
  ),
  wrong('a deadline before an interface is judged as one before a method', '@deadline(«IDL028|1h»)\ninterface I { m(): void; }'),

  wrong('an idempotent method that moves an RRef is refused', 'struct T { a: u8; }\ninterface I { @idempotent m(«IDL029|a: RRef<T>»): void; }'),
  wrong(
    'each argument that moves is told where a method cannot be idempotent',
    'struct T { a: u8; }\nstruct U { t: RRef<T>; }\ninterface I { @idempotent m(«IDL029|a: Option<RRef<T>>», b: &RRef<T>, «IDL029|c: U», «IDL029|d: RRefVec<u8>»): void; }',
  ),
  wrong(
    'an idempotent method of a recoverable interface that moves an RRef is refused once',
    'struct T { a: u8; }\n@recoverable\ninterface I { @idempotent m(«IDL029|a: RRef<T>», i: I): I; }',
  ),

  ...['0', '65536', '1.5', '-1', '0x2', '2v', 'two', '"2"', '1e1', '9999999'].map((version) =>
    wrong(`version ${version} is refused`, `interface I { @since(«IDL030|${version}») m(): void; }`),
  ),
  wrong('a method of an older version behind a newer one is refused', 'interface I { a(): void; @since(3) b(): void; «IDL030|@since(2)» c(): void; }'),
  wrong('each method without a version behind one of version 2 is refused', 'interface I { @since(2) a(): void; «IDL030|b»(): void; «IDL030|c»(): void; }'),
  wrong('a broken version is told once', 'interface I { @since(2) a(): void; @since(«IDL030|x») b(): void; }'),
];
