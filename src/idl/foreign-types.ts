/** Types that people write out of habit and that do not cross domains, with what to write instead. */
import { SCALARS } from '../abi/schema.js';

const INSTEAD: readonly (readonly [names: string, what: string, instead: string])[] = [
  ['number Number int integer float double', 'does not say how wide it is', 'write f64, u32, i32 or another scalar of a known width'],
  ['i128 u128 usize isize uint long short byte char', 'is not a scalar of the language', 'scalars are bool, u8 to u64, i8 to i64, f32 and f64'],
  ['bigint BigInt', 'has no bound', 'write u64 or i64, which are bigint in TypeScript, or bytes'],
  ['boolean Boolean', 'is called bool here', 'write bool'],
  ['String str Str text', 'is called string here', 'write string, or string<=N to bound it'],
  [
    'any unknown object Object never symbol Symbol',
    'says nothing about what it holds',
    'declare a struct or an enum; free-form data can travel as JSON in a string',
  ],
  ['null undefined', 'is not a type of its own', 'write Option<T> for a T that may be missing'],
  ['Function Fn Callback', 'is a reference into a private heap', 'declare an interface and pass a reference to it'],
  ['Promise Future', 'is a reference into a private heap', 'write the plain type: callers choose between the synchronous and the asynchronous proxy'],
  [
    'Map Set WeakMap WeakSet WeakRef Record HashMap BTreeMap',
    'is a reference into a private heap',
    'write RRefVec<T> of structs, a linked list of `Option<RRef<Node>>`, or bytes',
  ],
  ['Date Instant Duration', 'is a reference into a private heap', 'write f64 for milliseconds since the epoch'],
  ['Uint8Array ArrayBuffer SharedArrayBuffer DataView Buffer Blob', 'is a reference into a private heap', 'write bytes'],
  [
    'Float64Array Float32Array Int32Array Uint32Array Uint16Array Int16Array Int8Array BigInt64Array BigUint64Array',
    'is a reference into a private heap',
    'write RRefVec<f64> or another scalar, [f64; N], or bytes',
  ],
  ['RegExp URL Error', 'is a reference into a private heap', 'write what it is made from, such as a string'],
  ['Box Rc Arc Ref', 'is a reference into a private heap', 'write RRef<T>, which lives on the shared heap'],
];

const BY_NAME = new Map(INSTEAD.flatMap(([names, what, instead]) => names.split(' ').map((name) => [name, { what, instead }] as const)));

/** Why `name` is no exchangeable type and what to write instead, or undefined where nothing is known of it. */
export function foreignType(name: string): { readonly what: string; readonly instead: string } | undefined {
  return BY_NAME.get(name);
}

/** What a foreign type is called here, where that is one type and takes as much. */
const COUNTERPARTS: ReadonlyMap<string, string> = new Map(
  (
    'boolean:bool Boolean:bool String:string str:string Str:string text:string double:f64 Uint8Array:bytes ArrayBuffer:bytes Buffer:bytes Blob:bytes ' +
    'Float64Array:RRefVec<f64> Float32Array:RRefVec<f32> Int32Array:RRefVec<i32> Uint32Array:RRefVec<u32> Uint16Array:RRefVec<u16> Int16Array:RRefVec<i16> ' +
    'Int8Array:RRefVec<i8> BigInt64Array:RRefVec<i64> BigUint64Array:RRefVec<u64>'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** What to write for a foreign type with arguments as they are written; undefined where there is a choice. */
export function counterpart(name: string, written: readonly string[]): string | undefined {
  if (written.length === 0) return COUNTERPARTS.get(name);
  if (written.length > 1) return undefined;
  if (/^(Promise|Future)$/.test(name)) return written[0];
  if (/^(Box|Rc|Arc|Ref)$/.test(name)) return `RRef<${written[0]}>`;
  return undefined;
}

/** What a list of any length is here, by its element as it is written; undefined where there is a choice. */
export function listOf(element: string): string | undefined {
  if (element === 'u8') return 'bytes';
  return SCALARS.some((scalar) => scalar === element) ? `RRefVec<${element}>` : undefined;
}

/** Lists of any length, which people write in as many ways. */
export const LIST_TYPES: ReadonlySet<string> = new Set(['Array', 'ReadonlyArray', 'Vec', 'List', 'Slice', 'RVec']);
