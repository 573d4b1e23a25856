/** Files in which the place of an error is easily told wrong: other line ends, tabs, wide characters, long lines, the end of the file, imported files. */
import type { WrongFile } from './corpus.js';

const BOM = '\ufeff';
const LONG = 'x'.repeat(20_000);

export const PLACES: readonly WrongFile[] = [
  { claim: 'lines that end with CR LF are counted once', marked: 'package p;\r\n\r\nstruct S {\r\n  f: «IDL008|number»;\r\n  g: «IDL005|Nope»;\r\n}\r\n' },
  { claim: 'a syntax error behind CR LF is on its line', marked: 'package p;\r\nstruct S { a: u8 «IDL001|}»\r\nstruct T { b: «IDL008|any»; }\r\n' },
  { claim: 'lines that end with CR alone are lines', marked: 'package p;\rstruct S { a: u8 «IDL001|}»\rstruct T { b «IDL001|u8»; c: «IDL008|any»; }\r' },
  { claim: 'line ends of all kinds in one file are counted', marked: 'package p;\r\n// a\r// b\nstruct S {\r\tf: «IDL008|number»;\n}' },
  { claim: 'a tab is one column', marked: 'package p;\nstruct S {\n\t\tf:\t«IDL008|number»;\n}' },
  { claim: 'a byte order mark is no column', marked: `${BOM}package «IDL004|Kv»;\nstruct S { a: u8; }` },
  { claim: 'a byte order mark does not move what is on later lines', marked: `${BOM}package p;\nstruct S { f: «IDL008|number»; }` },
  { claim: 'a byte order mark in the middle is space', marked: `package p;\nstruct S {${BOM} f: «IDL008|number»; }` },
  { claim: 'a character of two units is two columns', marked: 'package p;\nstruct S { /* 💥 𝒳 */ f: «IDL008|number»; }' },
  { claim: 'a wide character is one column, and carets know its width', marked: 'package p;\nstruct S { /* 漢字 かな 한글 */ f: «IDL005|Nope»; }' },
  { claim: 'a combining mark is a column, and carets know that it has no width', marked: 'package p;\nstruct S { /* e\u0301 a\u0308 */ f: «IDL005|Nope»; }' },
  { claim: 'a stray astral character is told whole', marked: 'package p;\nstruct S { a: u8; «IDL001|💥» }' },
  { claim: 'a lone surrogate is told as it is', marked: 'package p;\nstruct S { a: u8; «IDL001|\ud800» }' },
  { claim: 'a character that controls terminals is told where it is', marked: 'package p;\nstruct S { a: u8; «IDL001|\u001b»\n}' },
  { claim: 'an error at the end of a very long line is found', marked: `package p; struct S { /* ${LONG} */ f: «IDL008|number»; }` },
  { claim: 'an error at the head of a very long line is found', marked: `package p; struct S { f: «IDL008|number»; /* ${LONG} */ }` },
  { claim: 'a very long name is underlined whole', marked: `package p; struct S { f: «IDL005|${LONG}»; }` },
  { claim: 'an error over several lines points at its first', marked: 'package p;\nstruct S { f: «IDL013|Option<\n  Option<\n    u8\n  >\n>»; }' },
  { claim: 'the very end of the file has a place', marked: 'package p;\nstruct S { a: u8;«IDL001»' },
  { claim: 'the end of the file behind empty lines is told behind the last word', marked: 'package p;\nstruct S { a: u8;«IDL001»\n\n\n' },
  { claim: 'the end of the file behind a comment is told behind the last word', marked: 'package p;\nstruct S { a: u8;«IDL001» // and so on' },
  { claim: 'a file that is a comment has no package', marked: '«IDL004|/»/ nothing here' },
  { claim: 'a file of spaces has no package', marked: '«IDL004| »  \n  ' },
  { claim: 'a package line that breaks off is told', marked: 'package«IDL001»' },

  {
    claim: 'an error in an imported file is told with its own place, after those of nobody else',
    marked: 'package p;\nimport "./common.idl";\nstruct S { a: common.A; b: «IDL008|number»; }',
    beside: { 'common.idl': 'package common;\nstruct A {\n  f: «IDL008|any»;\n}' },
  },
  {
    claim: 'errors in a file that an imported file imports are told',
    marked: 'package p;\nimport "./a.idl";\nstruct S { a: a.A; }',
    beside: { 'a.idl': 'package a;\nimport "./lib/b.idl";\nstruct A { b: b.B; c: «IDL005|b.C»; }', 'lib/b.idl': 'package b;\nstruct B { f: «IDL014|u8[]»; }' },
  },
  {
    claim: 'an imported file with a syntax error gives what could be read of it',
    marked: 'package p;\nimport "./a.idl";\nstruct S { a: a.A; b: a.B; c: «IDL008|any»; }',
    beside: { 'a.idl': 'package a;\nstruct A { x: u8 «IDL001|}»\nstruct B { y: u8; }' },
  },
  {
    claim: 'an imported file without a package makes nothing of it unknown',
    marked: 'package p;\nimport "./a.idl";\nstruct S { a: a.A; b: «IDL005|Nope»; }',
    beside: { 'a.idl': '«IDL004|s»truct A { x: u8; }' },
  },
  { claim: 'an import of nothing is refused', marked: 'package p;\nimport «IDL002|"./gone.idl"»;\nstruct S { a: gone.A; }' },
  {
    claim: 'an import of a package by its name is refused',
    marked: 'package p;\nimport «IDL002|"common"»;\nstruct S { a: u8; }',
    beside: { 'common.idl': 'package common;' },
  },
  { claim: 'an import by an absolute path is refused', marked: 'package p;\nimport «IDL002|"/common.idl"»;\nstruct S { a: u8; }' },
  { claim: 'an import in single quotes is judged in the same way', marked: "package p;\nimport «IDL002|'./gone.idl'»;\nstruct S { a: u8; }" },
  { claim: 'a file that imports itself is refused', marked: 'package p;\nimport «IDL003|"./p.idl"»;\nstruct S { a: u8; }' },
  {
    claim: 'a circle of two files is refused where it closes',
    marked: 'package p;\nimport "./a.idl";\nstruct S { a: a.A; }',
    beside: { 'a.idl': 'package a;\nimport «IDL003|"./p.idl"»;\nstruct A { x: u8; }' },
  },
  {
    claim: 'a circle of three files is refused where it closes',
    marked: 'package p;\nimport "./a.idl";\nstruct S { a: a.A; }',
    beside: {
      'a.idl': 'package a;\nimport "./b.idl";\nstruct A { b: b.B; }',
      'b.idl': 'package b;\nimport «IDL003|"./a.idl"»;\nstruct B { x: «IDL008|number»; }',
    },
  },
  {
    claim: 'two files of one package are refused',
    marked: 'package «IDL004|a»;\nimport "./a.idl";\nstruct S { x: u8; }',
    beside: { 'a.idl': 'package a;\nstruct A { x: u8; }' },
  },
  {
    claim: 'recursion through an imported file is no recursion',
    marked: 'package p;\nimport "./a.idl";\nstruct S { a: a.A; s: «IDL009|S»; }',
    beside: { 'a.idl': 'package a;\nstruct A { x: u8; }' },
  },
  {
    claim: 'a constant of an imported file is judged as a length where it is used',
    marked: 'package p;\nimport "./a.idl";\nstruct S { x: [u8; «IDL018|a.ZERO»]; y: string<=«IDL018|a.A»; z: bytes<=«IDL005|a.GONE»; }',
    beside: { 'a.idl': 'package a;\nconst ZERO: u8 = 0;\nstruct A { x: u8; }' },
  },
  {
    claim: 'a moved argument of an imported struct stands in the way of recovery',
    marked: 'package p;\nimport "./a.idl";\n@recoverable\ninterface I { m(«IDL016|a: a.A»): void; }',
    beside: { 'a.idl': 'package a;\nstruct A { x: RRef<B>; }\nstruct B { x: u8; }' },
  },
  {
    claim: 'a reference that is not to be forwarded is refused behind an RRef and inside a struct',
    marked: 'package p;\n@noForward\ninterface I { m(a: RRef<«IDL015|I»>): void; }\nstruct S { i: «IDL015|I»; }\nenum E { A(«IDL015|I»), B }',
  },
  {
    claim: 'a reference of another package that is not to be forwarded is refused in a container too',
    marked: 'package p;\nimport "./a.idl";\nstruct S { i: RRefArray<«IDL015|a.I», 2>; }',
    beside: { 'a.idl': 'package a;\n@noForward\ninterface I { m(): void; }' },
  },
];
