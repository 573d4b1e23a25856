/** Why something was not done, as an answer to the host. */
import type { LoadFailure } from '../abi/control-protocol.js';

export function refusal(code: string, message: string): { readonly ok: false; readonly failure: LoadFailure } {
  return { ok: false, failure: { code, message, stack: '' } };
}
