/** From a place in the bundle to the place in the extension's own files, for refusals that the syntax tree finds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Bundle } from './bundle.js';
import { PackError, type PackCode } from '../pack-error.js';

export class BundlePlaces {
  readonly #bundle: Bundle;
  #map: TraceMap | undefined;
  #lineStarts: number[] | undefined;

  constructor(bundle: Bundle) {
    this.#bundle = bundle;
  }

  #lineAndColumn(offset: number): { line: number; column: number } {
    this.#lineStarts ??= [0, ...[...this.#bundle.code.matchAll(/\n/g)].map(({ index }) => index + 1)];
    const line = this.#lineStarts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - this.#lineStarts[line] };
  }

  /** The error that refuses what stands at `offset` of the bundle. */
  refusal(offset: number, code: PackCode, what: string, wayOut: string): PackError {
    this.#map ??= new TraceMap(this.#bundle.map);
    const at = originalPositionFor(this.#map, this.#lineAndColumn(offset));
    if (at.source === null) return new PackError({ code, what, wayOut, file: this.#bundle.entry });
    const file = join(this.#bundle.folder, at.source);
    const lineText = existsSync(file) ? readFileSync(file, 'utf8').split(/\r\n?|[\n\u2028\u2029]/)[at.line - 1] : undefined;
    return new PackError({ code, what, wayOut, file, line: at.line, column: at.column + 1, lineText });
  }
}
