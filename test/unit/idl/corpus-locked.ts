/** Files that are right by themselves and wrong beside an `idl.lock`: they break what was published, or the lock is not what was written. */
import type { WrongFile } from './corpus.js';

const broken = (claim: string, before: string, after: string): WrongFile => ({ claim, published: `package p;\n${before}\n`, marked: `package p;\n${after}\n` });
const lock = (claim: string, text: string): WrongFile => ({ claim, marked: 'package p;\nstruct S { a: u8; }\n', beside: { 'idl.lock': text } });
/** A lock of package p with these definitions. */
const locked = (definitions: string): string =>
  `{ "format": "deciduous-idl-lock/1", "packages": { "p": { "file": "p.idl", "constants": {}, "definitions": { ${definitions} }, "beneath": {} } } }`;
const ZEROS = `"${'0'.repeat(64)}"`;

export const LOCKED: readonly WrongFile[] = [
  broken('a method before a published one is refused', 'interface I { a(): void; }', 'interface I { «IDL034|b»(): void; a(): void; }'),
  broken(
    'a method between published ones is refused, one behind them is not',
    'interface I { a(): void; b(): void; }',
    'interface I { a(): void; «IDL034|c»(): void; b(): void; d(): void; }',
  ),
  broken(
    'published methods in another order are refused',
    'interface I { a(): void; b(u: u8): void; }',
    'interface I { «IDL034|b»(u: u8): void; «IDL034|a»(): void; }',
  ),

  broken('another type of a published field is refused', 'struct S { a: u8; b: string; }', 'struct S { a: «IDL035|u16»; b: «IDL035|bytes»; }'),
  broken('a published method that is gone is refused where it was', 'interface I { a(): void; b(): void; }', 'interface «IDL035|I» { a(): void; }'),
  broken(
    'a parameter that is lent and was moved is refused',
    'struct S { a: u8; }\ninterface I { m(s: RRef<S>): void; }',
    'struct S { a: u8; }\ninterface I { m(s: «IDL035|&RRef<S>»): void; }',
  ),
  broken('a published variant of another payload is refused', 'enum E { A, B(u8) }', 'enum E { A, B(«IDL035|u16») }'),
  broken('another value of a published constant is refused', 'const N: u8 = 1;\nconst M: u8 = 1;', 'const N: u8 = «IDL035|2»;\nconst M: u8 = 1;'),
  broken('@noForward before a published interface is refused', 'interface I { a(): void; }', '«IDL035|@noForward»\ninterface I { a(): void; }'),
  {
    claim: 'another name of a published package is refused',
    published: 'package q;\nstruct S { a: u8; }\n',
    marked: 'package «IDL035|p»;\nstruct S { a: u8; }\n',
  },

  lock('a lock file with the marks of a merge is refused', '«IDL036|<<<<<<<» ours\n{}'),
  lock('a lock file of a later format is refused', '{ "format": «IDL036|"deciduous-idl-lock/2"», "packages": {} }'),
  lock('a lock file of something else is refused', '«IDL036|{ "lockfileVersion": 3 }»'),
  lock('a lock file that has a package twice is refused', '{ "format": "deciduous-idl-lock/1", "packages": { "p": 1, «IDL036|"p"»: 2 } }'),

  lock(
    'a lock file with a package whose name is none is refused',
    '{ "format": "deciduous-idl-lock/1", "packages": { «IDL036|"("»: { "file": "q.idl", "constants": {}, "definitions": {}, "beneath": {} } } }',
  ),
  lock('a promise that the language does not have is refused', locked(`"p.I": { "id": ${ZEROS}, "interface": [«IDL036|"@idem a(): void"»] }`)),
  lock('an annotation that is not published is refused', locked(`"p.I": { "id": ${ZEROS}, "annotations": [«IDL036|"@recover"»], "interface": ["a(): void"] }`)),

  lock('an id that is not that of its text is refused', locked(`"p.S": { "id": «IDL037|${ZEROS}», "struct": ["a: u8"] }`)),
  lock(
    'each id that is not that of its text is told',
    locked(`"p.S": { "id": «IDL037|${ZEROS}», "struct": ["a: u8"] }, "p.T": { "id": «IDL037|"no"», "enum": ["A"] }`),
  ),
  lock('an id of what reaches something that the lock lacks is refused', locked(`"p.S": { "id": «IDL037|${ZEROS}», "struct": ["a: p.T"] }`)),
];
