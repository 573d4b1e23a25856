/** The typed arrays through which one thread reads and writes one memory, shared or its own. Extension code never holds any of them. */
import type { SharedMemory } from '../abi/atomics.js';

export interface Views {
  readonly words: Int32Array;
  readonly unsigned: Uint32Array;
  readonly bytes: Uint8Array;
  readonly shorts: Int16Array;
  readonly floats: Float64Array;
  readonly singles: Float32Array;
  readonly bigs: BigInt64Array;
  /** The same bytes with Node's string codecs, which run at memcpy speed on shared memory. */
  readonly node: Buffer;
}

export function viewsOf(memory: SharedMemory | ArrayBuffer): Views {
  return {
    words: new Int32Array(memory),
    unsigned: new Uint32Array(memory),
    bytes: new Uint8Array(memory),
    shorts: new Int16Array(memory),
    floats: new Float64Array(memory),
    singles: new Float32Array(memory),
    bigs: new BigInt64Array(memory),
    node: Buffer.from(memory),
  };
}
