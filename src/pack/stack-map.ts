/**
 * A domain's stack trace, shown with the extension's own files and lines.
 *
 * Frames of the extension's script are mapped; frames of the trusted runtime, of SES and of Node are left out, because they say
 * nothing to the extension's author and name files of the host. The first lines, which hold the error's message, stay as they are.
 */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';

/** Built-ins that called back, such as `at Array.map (<anonymous>)`, which belong between the extension's own frames. */
const BUILT_IN = /\((?:<anonymous>|native)\)$/;
/** More than a reader reads, and a bound for what a hostile message can make the host search. */
const MAX_LINES = 200;

interface Place {
  readonly line: number;
  readonly column: number;
}

function placeIn(frame: string, scriptName: string): Place | undefined {
  const at = frame.lastIndexOf(`${scriptName}:`);
  const match = at < 0 ? null : /^(\d+):(\d+)/.exec(frame.slice(at + scriptName.length + 1));
  return match ? { line: Number(match[1]), column: Number(match[2]) } : undefined;
}

/** What stands between `at` and the place: `KvStore.get`, `async run`, `new Table`; empty for a module's own code. */
function callerOf(frame: string): string {
  const match = /^\s*at (.*?) \(/.exec(frame);
  const name = match?.[1] ?? '';
  return name === 'eval' || name.startsWith('eval (') ? '' : name;
}

function mapFrame(frame: string, map: TraceMap, scriptName: string): string | undefined {
  const place = placeIn(frame, scriptName);
  if (!place) return BUILT_IN.test(frame) ? `    ${frame.trim()}` : undefined;
  const original = originalPositionFor(map, { line: place.line, column: Math.max(0, place.column - 1) });
  if (original.source === null) return undefined;
  const caller = callerOf(frame);
  const where = `${original.source}:${original.line}:${original.column + 1}`;
  return caller === '' ? `    at ${where}` : `    at ${caller} (${where})`;
}

/**
 * `stack` with each frame of the script `scriptName` mapped through `sourceMap` (JSON text) and all foreign frames left out.
 * Lines and columns count from 1; files are relative to the folder of the extension's entry. Throws SyntaxError where the map is no JSON.
 */
export function mapStack(stack: string, sourceMap: string, scriptName: string): string {
  const map = new TraceMap(sourceMap);
  const lines = stack.split('\n', MAX_LINES);
  const firstFrame = lines.findIndex((line) => /^\s+at /.test(line));
  if (firstFrame < 0) return lines.join('\n');
  const frames = lines.slice(firstFrame).map((frame) => mapFrame(frame, map, scriptName));
  // A built-in at either end was called by, or called, the runtime and not the extension.
  while (frames.length > 0 && (frames.at(-1) === undefined || BUILT_IN.test(frames.at(-1) ?? ''))) frames.pop();
  return [...lines.slice(0, firstFrame), ...frames.filter((frame) => frame !== undefined)].join('\n');
}
