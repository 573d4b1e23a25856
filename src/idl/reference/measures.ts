/** Sizes and places in words, as abi/type-layout.ts lays values out. */
import type { TypeLayout } from '../../abi/type-layout.js';

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`;
}

/** What a value takes: `2 slots, 16 bytes`. */
export function takes({ slots, bytes }: TypeLayout): string {
  const parts = [slots > 0 ? count(slots, 'slot') : '', bytes > 0 ? count(bytes, 'byte') : ''].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** The same with the sum: a slot is 4 bytes. */
export function takesInAll(layout: TypeLayout): string {
  const { slots, bytes, align } = layout;
  const data = bytes > 0 ? `${count(bytes, 'byte')} of data aligned to ${align}` : '';
  const parts = [slots > 0 ? count(slots, 'slot') : '', data].filter((part) => part !== '');
  if (parts.length === 0) return 'Takes nothing.';
  return `Takes ${parts.join(' and ')}${slots > 0 ? `, ${slots * 4 + bytes} bytes in all` : ''}.`;
}

/** The numbers from `first` on, `length` of them: `3`, `3 to 5`, or nothing. */
export function range(first: number, length: number): string {
  if (length === 0) return '';
  return length === 1 ? String(first) : `${first} to ${first + length - 1}`;
}
