/** Calls with a list of arguments that claims its length: V8 makes room for all of it, and fills that, in one step. Written from ECMA-262, 7.3.18: the same reads in the same order. */
import { integer } from './array-operations.js';
import { chargeSlots } from './array-slots.js';
import { isPlain, replace, tick } from './taming.js';

// oxlint-disable-next-line typescript/no-explicit-any -- these run over whatever an extension hands them
type Any = any;

const { apply, construct } = Reflect;
const NativeArray = Array;

/** Arguments for `target`: for `Array`, a length among them is charged. */
function argumentsFor(target: unknown, args: Any): Any {
  const list = listOf(args);
  if (target === NativeArray && list.length === 1) chargeSlots(list[0]);
  return list;
}

/** The list itself where V8 may have it, or what is in it. */
function listOf(args: Any): Any {
  if (isPlain(args) || ((typeof args !== 'object' || args === null) && typeof args !== 'function')) return args;
  const length = integer(args.length);
  const list: Any[] = [];
  for (let at = 0; at < length; at++) {
    tick();
    list[at] = args[at];
  }
  return list;
}

replace(Function.prototype, {
  apply(this: Any, self: Any, args: Any) {
    // V8 says best what cannot be called, and does so before it reads anything.
    return apply(this, self, typeof this !== 'function' || args === undefined || args === null ? [] : argumentsFor(this, args));
  },
});
replace(Reflect, {
  apply(target: Any, self: Any, args: Any) {
    return apply(target, self, typeof target === 'function' ? argumentsFor(target, args) : args) as unknown;
  },
  construct(target: Any, args: Any, newTarget: Any) {
    const list: unknown[] = typeof target === 'function' ? argumentsFor(target, args) : args;
    return (arguments.length < 3 ? construct(target, list) : construct(target, list, newTarget)) as unknown;
  },
});
