/** What arrays and buffers are by their internal slots, whatever an extension has put over them. */
import { isArrayBuffer, isArrayBufferView } from 'node:util/types';

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const { apply } = Reflect;

function getterOf(holder: object, name: PropertyKey): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(holder, name)?.get as (this: unknown) => unknown;
}

const ofArray = {
  kind: getterOf(typedArray, Symbol.toStringTag),
  buffer: getterOf(typedArray, 'buffer'),
  at: getterOf(typedArray, 'byteOffset'),
  length: getterOf(typedArray, 'byteLength'),
};
const view = DataView.prototype;
const ofView = { buffer: getterOf(view, 'buffer'), at: getterOf(view, 'byteOffset'), length: getterOf(view, 'byteLength') };

/** `Uint8Array` and the like; undefined for what is no typed array. */
export function viewKind(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? (apply(ofArray.kind, value, []) as string | undefined) : undefined;
}

/** The bytes behind a typed array, a DataView or an ArrayBuffer, not copied; undefined for anything else. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (isArrayBuffer(value)) return new Uint8Array(value);
  return isArrayBufferView(value) ? bytesOfView(value) : undefined;
}

/** As `bytesOf`, of what is known to be a view. */
export function bytesOfView(value: unknown): Uint8Array {
  const of = viewKind(value) === undefined ? ofView : ofArray;
  return new Uint8Array(apply(of.buffer, value, []) as ArrayBuffer, apply(of.at, value, []) as number, apply(of.length, value, []) as number);
}
