/** The engine's own end of the stack. */

/** Whether V8 threw this because the stack is exhausted. Asked at every catch, so it evaluates nothing but data of true RangeErrors. */
export function isOverflow(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !(error instanceof RangeError)) return false;
  const message = Object.getOwnPropertyDescriptor(error, 'message');
  return message !== undefined && message.value === 'Maximum call stack size exceeded';
}
