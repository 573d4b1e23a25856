/**
 * Codecs: how a value of a type is staged, written and read. One is built per type from its descriptor; nothing is interpreted afterwards but closures
 * that know their offsets.
 *
 * `slot` is the index of the value's first slot in `views.words`; `data` is the byte at which its data begins. The same codec therefore serves blocks of the heap
 * and call records.
 */
import { choiceLayout, layoutOf, sequenceLayout, type TypeLayout } from '../../abi/type-layout.js';
import type { EnumDef, TypeRef } from '../../abi/schema.js';
import { referenceText } from '../../abi/canonical.js';
import { describe, InvalidType, LifetimeViolation } from '../faults.js';
import type { Codec, CodecContext } from './codec-contract.js';
import { slotsCodec, vecCodec } from '../containers/container-codec.js';
import { handles, type HandleType } from '../handles/handle.js';
import { orRevoked } from '../handles/revoked-proxy.js';
import { bytesCodec, stringCodec } from './raw-codec.js';
import { scalarCodec } from './scalar-codec.js';
import type { Views } from '../views.js';

export function buildCodec(type: TypeRef, context: CodecContext): Codec {
  const layout = layoutOf(type, context.schema);
  switch (type.kind) {
    case 'void':
      return {
        layout,
        stage(value, _staging, where) {
          if (value !== undefined) throw new InvalidType('nothing', describe(value), where);
        },
        write() {},
        read: () => undefined,
      };
    case 'scalar':
      return scalarCodec(type.scalar);
    case 'string':
      return stringCodec(type.max);
    case 'bytes':
      return bytesCodec(type.max);
    case 'rref':
      return referenceCodec(type.target, type.lent === true, false, context);
    case 'option':
      if (type.value.kind === 'rref') return referenceCodec(type.value.target, type.value.lent === true, true, context);
      return optionCodec(type.value, context);
    case 'result':
      return resultCodec(type.ok, type.err, context);
    case 'array':
      return arrayCodec(type.element, type.length, layout, context);
    case 'tuple':
      return tupleCodec(type.elements, context);
    case 'container':
      if (type.container === 'vec') return vecCodec(layout);
      return slotsCodec(type, layout, referenceCodec(type.element, false, type.container === 'array', context));
    case 'interface':
      return capabilityCodec(context.schema.interfaces[type.name].id, layout, context);
    case 'named':
      return namedCodec(type.name, context);
  }
}

/** Staging of a value that has parts: reading them from a proxy that was revoked, wherever it stands, is told as what it is. */
function ofParts(expected: string, stage: Codec['stage']): Codec['stage'] {
  return (value, staging, where) => {
    try {
      stage(value, staging, where);
    } catch (error) {
      throw orRevoked(error, value, expected, where);
    }
  };
}

function namedCodec(name: string, context: CodecContext): Codec {
  let codec = context.named.get(name);
  if (codec === undefined) {
    codec = Object.hasOwn(context.schema.structs, name) ? structCodec(name, context) : enumCodec(context.schema.enums[name], context);
    context.named.set(name, codec);
  }
  return codec;
}

function referenceCodec(target: TypeRef, lent: boolean, optional: boolean, context: CodecContext): Codec {
  // Looked up at the first use: a type may refer to itself through a reference.
  let known: HandleType | undefined;
  const runtime = (): HandleType => (known ??= context.runtimeOf(target));
  const expected = referenceText(target, lent);
  return {
    layout: { slots: 1, bytes: 0, align: 1 },
    stage(value, staging, where) {
      if (optional && (value === null || value === undefined)) return staging.push(0);
      if (!handles.is(value)) throw new InvalidType(expected, describe(value), where);
      if (handles.typeOf(value) !== runtime()) throw new InvalidType(expected, handles.typeOf(value).label, where);
      if (lent) {
        staging.addLent(value, where);
        return staging.push(handles.blockToRead(value));
      }
      staging.addMoved(value, where);
      staging.push(handles.blockToMove(value));
    },
    write(views, slot, _data, staging) {
      views.words[slot] = staging.next() as number;
    },
    read(views, slot, _data, reader) {
      const block = views.words[slot];
      if (block === 0) {
        if (optional) return null;
        throw new LifetimeViolation(`the ${expected} here was taken out and nothing was put in its place`);
      }
      return reader.rref(runtime(), block, lent);
    },
  };
}

function optionCodec(value: TypeRef, context: CodecContext): Codec {
  const { whole, payloadAt } = choiceLayout([value], 1, context.schema);
  const inner = buildCodec(value, context);
  return {
    layout: whole,
    stage(given, staging, where) {
      const present = given !== null && given !== undefined;
      staging.push(present ? 1 : 0);
      if (present) inner.stage(given, staging, where);
    },
    write(views, slot, data, staging) {
      const present = staging.next() as number;
      clearSlots(views, slot, whole.slots);
      views.bytes[data] = present;
      if (present === 1) inner.write(views, slot, data + payloadAt, staging);
    },
    read(views, slot, data, reader) {
      return views.bytes[data] === 1 ? inner.read(views, slot, data + payloadAt, reader) : null;
    },
  };
}

function resultCodec(ok: TypeRef, err: TypeRef, context: CodecContext): Codec {
  const { whole, payloadAt } = choiceLayout([ok, err], 1, context.schema);
  const good = buildCodec(ok, context);
  const bad = buildCodec(err, context);
  return {
    layout: whole,
    stage: ofParts('a Result', (given, staging, where) => {
      if (typeof given !== 'object' || given === null) throw new InvalidType('a Result', describe(given), where);
      const verdict = (given as { ok?: unknown }).ok;
      if (verdict !== true && verdict !== false) throw new InvalidType('a Result with ok true or false', `ok ${describe(verdict)}`, where);
      staging.push(verdict ? 1 : 0);
      if (verdict) good.stage((given as { value?: unknown }).value, staging, where);
      else bad.stage((given as { error?: unknown }).error, staging, where);
    }),
    write(views, slot, data, staging) {
      const verdict = staging.next() as number;
      clearSlots(views, slot, whole.slots);
      views.bytes[data] = verdict;
      (verdict === 1 ? good : bad).write(views, slot, data + payloadAt, staging);
    },
    read(views, slot, data, reader) {
      if (views.bytes[data] === 1) return { ok: true, value: good.read(views, slot, data + payloadAt, reader) };
      return { ok: false, error: bad.read(views, slot, data + payloadAt, reader) };
    },
  };
}

function arrayCodec(element: TypeRef, length: number, layout: TypeLayout, context: CodecContext): Codec {
  const inner = buildCodec(element, context);
  const { slots, bytes } = inner.layout;
  return {
    layout,
    stage: ofParts(`an array of ${length}`, (value, staging, where) => {
      if (!Array.isArray(value) && !ArrayBuffer.isView(value)) throw new InvalidType(`an array of ${length}`, describe(value), where);
      const list = value as ArrayLike<unknown>;
      const given: unknown = list.length;
      if (given !== length) throw new InvalidType(`an array of ${length}`, `one of ${describe(given)}`, where);
      for (let index = 0; index < length; index++) inner.stage(list[index], staging, where);
    }),
    write(views, slot, data, staging) {
      for (let index = 0; index < length; index++) inner.write(views, slot + index * slots, data + index * bytes, staging);
    },
    read(views, slot, data, reader) {
      const list: unknown[] = [];
      for (let index = 0; index < length; index++) list.push(inner.read(views, slot + index * slots, data + index * bytes, reader));
      return list;
    },
  };
}

function tupleCodec(elements: readonly TypeRef[], context: CodecContext): Codec {
  const { whole, at } = sequenceLayout(elements, context.schema);
  const inner = elements.map((element) => buildCodec(element, context));
  return {
    layout: whole,
    stage: ofParts(`a tuple of ${elements.length}`, (value, staging, where) => {
      if (!Array.isArray(value) || value.length !== elements.length) throw new InvalidType(`a tuple of ${elements.length}`, describe(value), where);
      for (let index = 0; index < inner.length; index++) inner[index].stage(value[index], staging, where);
    }),
    write(views, slot, data, staging) {
      for (let index = 0; index < inner.length; index++) inner[index].write(views, slot + at[index].slot, data + at[index].data, staging);
    },
    read(views, slot, data, reader) {
      return inner.map((codec, index) => codec.read(views, slot + at[index].slot, data + at[index].data, reader));
    },
  };
}

function structCodec(name: string, context: CodecContext): Codec {
  const fields = context.schema.structs[name].fields;
  const { whole, at } = sequenceLayout(
    fields.map((field) => field.type),
    context.schema,
  );
  const inner = fields.map((field) => buildCodec(field.type, context));
  const names = fields.map((field) => field.name);
  const places = names.map((field) => `${name}.${field}`);
  return {
    layout: whole,
    stage: ofParts(name, (value, staging, where) => {
      if (typeof value !== 'object' || value === null) throw new InvalidType(name, describe(value), where);
      const given = value as { readonly [field: string]: unknown };
      for (let index = 0; index < inner.length; index++) inner[index].stage(given[names[index]], staging, places[index]);
    }),
    write(views, slot, data, staging) {
      for (let index = 0; index < inner.length; index++) inner[index].write(views, slot + at[index].slot, data + at[index].data, staging);
    },
    read(views, slot, data, reader) {
      const value: { [field: string]: unknown } = {};
      for (let index = 0; index < inner.length; index++) {
        value[names[index]] = inner[index].read(views, slot + at[index].slot, data + at[index].data, reader);
      }
      return value;
    },
  };
}

function enumCodec(def: EnumDef, context: CodecContext): Codec {
  const payloads = def.variants.map((variant) => variant.payload);
  const plain = payloads.every((payload) => payload === undefined);
  const { whole, payloadAt } = choiceLayout(
    payloads.filter((payload) => payload !== undefined),
    4,
    context.schema,
  );
  const inner = payloads.map((payload) => (payload ? buildCodec(payload, context) : null));
  const tags = def.variants.map((variant) => variant.name);
  const expected = `one of ${tags.join(', ')}`;
  return {
    layout: whole,
    stage: ofParts(def.name, (value, staging, where) => {
      let tag: unknown = value;
      if (!plain) {
        if (typeof value !== 'object' || value === null) throw new InvalidType(`${def.name}, an object with a tag`, describe(value), where);
        tag = (value as { tag?: unknown }).tag;
      }
      const index = typeof tag === 'string' ? tags.indexOf(tag) : -1;
      if (index < 0) throw new InvalidType(expected, describe(tag), where);
      staging.push(index);
      inner[index]?.stage((value as { value?: unknown }).value, staging, where);
    }),
    write(views, slot, data, staging) {
      const index = staging.next() as number;
      clearSlots(views, slot, whole.slots);
      views.unsigned[data >>> 2] = index;
      inner[index]?.write(views, slot, data + payloadAt, staging);
    },
    read(views, slot, data, reader) {
      const index = views.unsigned[data >>> 2];
      if (index >= tags.length) throw new InvalidType(expected, `variant number ${index}`, def.name);
      if (plain) return tags[index];
      const codec = inner[index];
      return codec ? { tag: tags[index], value: codec.read(views, slot, data + payloadAt, reader) } : { tag: tags[index] };
    },
  };
}

function capabilityCodec(id: string, layout: TypeLayout, context: CodecContext): Codec {
  return {
    layout,
    stage(value, staging, where) {
      staging.addReference(() => context.stageCapability(value, id, where));
    },
    write(views, _slot, data, staging) {
      views.words[data >>> 2] = staging.next() as number;
      views.words[(data >>> 2) + 1] = staging.next() as number;
    },
    read(views, _slot, data, reader) {
      return reader.capability(id, views.words[data >>> 2], views.words[(data >>> 2) + 1]);
    },
  };
}

/** A variant uses the slots that it needs; what another variant left in the others must not look like a child. */
function clearSlots(views: Views, slot: number, count: number): void {
  for (let index = 0; index < count; index++) views.words[slot + index] = 0;
}
