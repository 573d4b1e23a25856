/** Names that nobody may give, and why. */
import { RESERVED_MEMBER_NAMES, SCALARS } from '../abi/schema.js';

/** Built into the language. */
export const BUILT_IN_TYPES: ReadonlySet<string> = new Set([
  ...SCALARS,
  'string',
  'bytes',
  'void',
  'Option',
  'Result',
  'RRef',
  'RRefArray',
  'RRefVec',
  'RRefDeque',
  'RpcResult',
]);

/** Words of the grammar: no name can be spelt so. */
export const KEYWORDS: ReadonlySet<string> = new Set(['package', 'import', 'struct', 'enum', 'interface', 'const', 'mut', 'true', 'false']);

/** Reserved by TypeScript in modules, in some or all positions where generated code puts a name. */
const TYPESCRIPT_WORDS: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function ' +
    'if implements import in instanceof interface let new null package private protected public return static super switch this throw true try ' +
    'typeof undefined using var void while with yield'
  ).split(' '),
);

/** Words that no type may be called, most of them TypeScript's own types. */
const TYPESCRIPT_TYPES: ReadonlySet<string> = new Set(
  'any as asserts bigint boolean infer is keyof never number object readonly symbol unique unknown NaN Infinity'.split(' '),
);

/** What the head of a generated module imports or uses. */
const GENERATED_HEAD: ReadonlySet<string> = new Set(
  (
    'BoxedEnum Bytes CallOptions InterfaceToken Nominal Provided Reference Result RpcResult RRef Schema ShadowToken TypeToken interfaceToken shadowToken typeToken schema Object Promise Readonly globalThis ' +
    'Uint8Array Uint16Array Uint32Array BigUint64Array Int8Array Int16Array Int32Array BigInt64Array Float32Array Float64Array'
  ).split(' '),
);

/** Why a field, method, parameter or variant may not be called `name`, or undefined. */
export function whyReservedMember(name: string): string | undefined {
  if (RESERVED_MEMBER_NAMES.has(name)) return 'handles, proxies, implementations or JavaScript objects use it for themselves';
  if (TYPESCRIPT_WORDS.has(name)) return 'it is a reserved word of TypeScript';
  return undefined;
}

/** Why a package, type, interface or constant may not be called `name`, or undefined. */
export function whyReservedDeclaration(name: string): string | undefined {
  if (BUILT_IN_TYPES.has(name)) return 'it is a type of the language';
  if (KEYWORDS.has(name)) return 'it is a word of the language';
  if (TYPESCRIPT_WORDS.has(name) || TYPESCRIPT_TYPES.has(name)) return 'it is a reserved word of TypeScript';
  if (GENERATED_HEAD.has(name)) return 'generated code uses it for something else';
  if (RESERVED_MEMBER_NAMES.has(name)) return 'JavaScript objects use it for themselves';
  return undefined;
}
