/** Constants: literals of a scalar type or string, and their use as lengths and bounds. */
import { SCALARS, type Scalar } from '../abi/schema.js';
import type { Reporter, Span } from './diagnostic.js';
import { replacement } from './fix.js';
import { type Const, isConst, isNamedType } from './grammar/generated/ast.js';
import type { Module } from './modules.js';
import { onlySimilarName } from './similar-name.js';
import { spanOf, textOf } from './syntax-places.js';

export type ConstantValue = boolean | number | bigint | string;

export interface Constant {
  readonly scalar: Scalar | 'string';
  readonly value: ConstantValue;
}

const INTEGER_BITS: Partial<Record<Scalar, number>> = { u8: 8, u16: 16, u32: 32, u64: 64, i8: 8, i16: 16, i32: 32, i64: 64 };

/** Digits with their separators taken away; undefined where they are not a whole number. */
function wholeNumber(text: string): bigint | undefined {
  const plain = text.replace(/[_\s]/g, '');
  const negative = plain.startsWith('-');
  const digits = negative ? plain.slice(1) : plain;
  if (digits.length > 80 || !/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(digits)) return undefined;
  return negative ? -BigInt(digits) : BigInt(digits);
}

function unquoted(text: string): string | undefined {
  // Only the escapes that JSON has; single quotes are re-quoted first.
  const body = text.startsWith("'") ? text.slice(1, -1).replace(/\\'/g, "'").replace(/"/g, '\\"') : text.slice(1, -1);
  try {
    const value: unknown = JSON.parse(`"${body}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value of a constant, or what is wrong with it. */
function valueOf(scalar: Scalar | 'string', text: string): ConstantValue | { readonly wrong: string; readonly wayOut: string } {
  const quoted = /^["']/.test(text);
  if (scalar === 'string') {
    const value = quoted ? unquoted(text) : undefined;
    return value ?? { wrong: `${text} is not a string`, wayOut: 'write it in double quotes, with the escapes of JSON' };
  }
  if (scalar === 'bool') {
    if (text === 'true' || text === 'false') return text === 'true';
    return { wrong: `${text} is not a bool`, wayOut: 'write true or false' };
  }
  const bits = INTEGER_BITS[scalar];
  const whole = quoted ? undefined : wholeNumber(text);
  if (bits === undefined) {
    const value = whole === undefined ? Number(text.replace(/[_\s]/g, '')) : Number(whole);
    const limit = scalar === 'f32' ? 3.4028234663852886e38 : Number.MAX_VALUE;
    if (!quoted && Math.abs(value) <= limit) return value;
    return { wrong: `${text} is not an ${scalar}`, wayOut: 'write a finite decimal number' };
  }
  const signed = scalar.startsWith('i');
  const least = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const most = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  if (whole === undefined || whole < least || whole > most) {
    return { wrong: `${text} does not fit ${scalar}`, wayOut: `write a whole number from ${least} to ${most}, or choose another type` };
  }
  return bits === 64 ? whole : Number(whole);
}

/** What a `const` declares, or undefined, with `reporter` told why. */
export function evaluateConst(module: Module, declaration: Const, reporter?: Reporter): Constant | undefined {
  const { type } = declaration;
  const name = isNamedType(type) && type.bound === undefined && type.arguments.length === 0 ? type.name : undefined;
  const text = textOf(declaration, 'value');
  if (!type || text === undefined) return undefined;
  const scalar = [...SCALARS, 'string' as const].find((each) => each === name);
  if (scalar === undefined) {
    reporter?.report(
      spanOf(module.file, declaration, 'type'),
      'constant',
      'a constant is a scalar or a string',
      'choose a type such as u32, f64, bool or string',
    );
    return undefined;
  }
  const value = valueOf(scalar, text);
  if (typeof value !== 'object') return { scalar, value };
  reporter?.report(spanOf(module.file, declaration, 'value'), 'constant', value.wrong, value.wayOut);
  return undefined;
}

/** The number that a length or bound stands for, from 1 to `most`; undefined where it is none, with `reporter` told why. */
export function evaluateLength(module: Module, text: string, span: Span, most: number, reporter: Reporter): number | undefined {
  let value = wholeNumber(text);
  if (value === undefined && /^[A-Za-z_]/.test(text)) {
    const [qualifier, name] = text.includes('.') ? text.split('.') : [undefined, text];
    const home = qualifier === undefined || qualifier === module.package ? module : module.imports.get(qualifier);
    const declaration = home?.declarations.get(name);
    if (!home || !declaration) {
      if (!(module.broken && qualifier !== undefined) && !module.skipped.has(name)) {
        const constants = [...(home?.declarations.values() ?? [])].filter(isConst).map((each) => each.name);
        const similar = onlySimilarName(name, constants);
        const meant = similar === undefined ? undefined : qualifier === undefined ? similar : `${qualifier}.${similar}`;
        const wayOut = meant === undefined ? `declare it: \`const ${name}: u32 = 16;\`` : `did you mean ${meant}?`;
        reporter.report(span, 'unknownName', `there is no constant \`${text}\``, wayOut, meant === undefined ? undefined : replacement(span, meant));
      }
      return undefined;
    }
    if (!isConst(declaration)) {
      reporter.report(span, 'bound', `\`${text}\` is not a constant`, `write a number, or a constant: \`const MAX: u32 = 16;\``);
      return undefined;
    }
    const constant = evaluateConst(home, declaration);
    if (!constant) return undefined;
    if (constant.scalar in INTEGER_BITS) value = BigInt(constant.value);
  }
  if (value === undefined || value < 1n || value > BigInt(most)) {
    reporter.report(span, 'bound', `\`${text}\` is not a whole number from 1 to ${most}`, 'correct it; for more, keep the data in an RRefVec or in `bytes`');
    return undefined;
  }
  return Number(value);
}
