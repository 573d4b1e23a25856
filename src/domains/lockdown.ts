/**
 * Lockdown of a domain's realm: every intrinsic is frozen before anything untrusted is loaded. Imported for its effect, after all trusted modules, because what they
 * define of classes must exist before.
 */
// The order matters: see there.
import { installDate } from './date.js';
import './removed-intrinsics.js';
import './deterministic-profile.js';
import './typed-array-freeze.js';
import { layOutPrototypes } from './prototype-speed.js';
import './builtins/array-methods.js';
import './builtins/bigints.js';
import './builtins/buffers.js';
import './builtins/object-methods.js';
import './builtins/promise-reactions.js';
import './builtins/regexp-methods.js';
import './builtins/string-methods.js';
import './builtins/text-joining.js';
// Last: what is replaced above goes on with the engine's own.
import './builtins/argument-lists.js';
import 'ses';

/** In the two steps of lockdown(), because the Date of domains must be there before everything is frozen. */
const steps = globalThis as unknown as { repairIntrinsics(options: object): void; hardenIntrinsics(): void };
steps.repairIntrinsics({
  errorTaming: 'safe',
  // The runtime turns unhandled errors and rejections into panics itself.
  errorTrapping: 'none',
  unhandledRejectionTrapping: 'none',
  reporting: 'none',
  consoleTaming: 'unsafe',
  // Libraries assign `toString` and the like on their own objects; 'severe' lets them.
  overrideTaming: 'severe',
  stackFiltering: 'verbose',
  evalTaming: 'safe-eval',
  domainTaming: 'unsafe',
});
/** The Date of domains. */
export const DomainDate: unknown = installDate();
steps.hardenIntrinsics();
layOutPrototypes();

/** Freezes an object with all that it reaches. */
export const hardenAll: (value: object) => void = harden;
/** The stack of an error, which the taming hides from extensions. */
export const stackString: (error: Error) => string = (globalThis as unknown as { getStackString(error: Error): string }).getStackString;
