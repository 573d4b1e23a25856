/** Runs a leaf's code as a domain would: after lockdown(), in a Compartment, with a runtime that counts what it is asked. */
import 'ses';
import { parentPort, workerData } from 'node:worker_threads';

const { code, scriptName, quantum, panicAfter, depth, judges, endowments } = workerData;
lockdown({ errorTaming: 'unsafe', consoleTaming: 'unsafe', domainTaming: 'unsafe', overrideTaming: 'severe', stackFiltering: 'verbose' });

const counts = { checkpoints: 0, texts: [], caught: 0, finally: 0, resumed: [], asked: 0 };
let panic;
let currentCall = 'none';
function rethrow() {
  if (panic) throw panic;
}
/** As a domain's runtime judges what was caught, where that is asked for: an exhausted stack is a panic. */
function judge(error) {
  rethrow();
  if (!judges || !(error instanceof RangeError) || error.message !== 'Maximum call stack size exceeded') return;
  panic = new Error('stack overflow');
  throw panic;
}
const $d = harden({
  domain: {
    defineDomain: (definition) => definition,
    ok: (value) => ({ ok: true, value }),
    err: (error) => ({ ok: false, error }),
    unwrap: (result) => result.value,
  },
  type: (name, id) => ({ kind: 'type', name, id }),
  interface: (name, id) => ({ kind: 'interface', name, id }),
  shadow: (name, id) => ({ kind: 'interface', name, id, shadow: true }),
  checkpoint() {
    rethrow();
    counts.checkpoints++;
    if (counts.checkpoints > panicAfter) {
      panic = new Error('out of fuel');
      throw panic;
    }
    return quantum;
  },
  text(length) {
    counts.texts.push(length);
    return 0;
  },
  meter(_swap, shift) {
    shift(depth);
  },
  tooDeep() {
    panic = new Error('too deep');
    throw panic;
  },
  caught(error) {
    counts.caught++;
    judge(error);
  },
  finally(unjudged) {
    counts.finally++;
    judge(unjudged);
  },
  current() {
    counts.asked++;
    return currentCall;
  },
  resume(call) {
    counts.resumed.push(call);
    currentCall = call;
  },
});

const compartment = new Compartment({
  __options__: true,
  globals: {
    ...(endowments.includes('setCall')
      ? {
          setCall: harden((call) => {
            currentCall = call;
          }),
          getCall: harden(() => currentCall),
        }
      : {}),
    ...(endowments.includes('clock') ? { Date: globalThis.Date } : {}),
    ...(endowments.includes('random') ? { Math: globalThis.Math } : {}),
  },
});
for (const name of ['eval', 'Compartment', 'lockdown', 'harden']) delete compartment.globalThis[name];
// Libraries ask for Function.prototype; the inert constructor has it, and throws when it is called.
compartment.globalThis.Function = Function.prototype.constructor;

const answer = { counts };
try {
  const definition = compartment.evaluate(`${code}\n//# sourceURL=${scriptName}`)($d);
  answer.value = structuredClone(typeof definition === 'object' && definition !== null && 'run' in definition ? await definition.run() : definition);
} catch (error) {
  answer.error = { name: error?.name, message: String(error?.message), stack: String(error?.stack) };
}
answer.panicked = panic !== undefined;
parentPort.postMessage(answer);
