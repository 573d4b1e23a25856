/** What the trusted build's code gets as `$d`. An extension reaches it too, so each function is frozen, and checks what it is given. */
import { err, ok, unwrap } from '../abi/result.js';
import type { Endpoint } from '../proxy/endpoint.js';
import type { Bounds } from './bounds.js';
import { chargeSlots } from './builtins/array-slots.js';
import { chargeListing, chargeSpread } from './builtins/object-methods.js';
import { defineDomain } from './extension.js';
import { hardenAll } from './lockdown.js';
import type { Tokens } from './tokens.js';
import type { CounterSwap, DepthShift, WorkMeter } from './work-meter.js';

export function lend(endpoint: Endpoint, tokens: Tokens, work: WorkMeter, bounds: Bounds): unknown {
  const lent = {
    domain: {
      defineDomain,
      ok,
      err,
      unwrap,
      RRefArray: (element: unknown, length: unknown) => tokens.container('array', element, length),
      RRefVec: (element: unknown) => tokens.container('vec', element),
      RRefDeque: (element: unknown, length: unknown) => tokens.container('deque', element, length),
    },
    type: (name: string, id: string) => tokens.type(name, id),
    interface: (name: string, id: string) => tokens.interface(name, id),
    shadow: (name: string, id: string) => tokens.shadow(name, id),
    checkpoint: bounds.checkpoint,
    text: (length: number, isBigInt?: boolean) => {
      if (isBigInt === true) bounds.noteLargeBigInt();
      return bounds.text(length);
    },
    listed: chargeListing,
    spread: chargeSpread,
    slots: chargeSlots,
    tooDeep: bounds.tooDeep,
    meter: (swap: CounterSwap, shift: DepthShift) => work.connect(swap, shift),
    caught: bounds.judge,
    finally: bounds.judge,
    current: () => endpoint.callee.holdCurrent(),
    resume: (held: unknown) => endpoint.callee.resumeCurrent(held),
  };
  hardenAll(lent);
  return lent;
}
