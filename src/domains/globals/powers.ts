/** What the powers of a domain put into its compartment: what its leaf asks for and its host grants, and nothing of either alone. */
import { type GrantedPowers, isPower, type Power, POWERS } from '../../abi/powers.js';
import { LoadRefusal } from '../definition.js';
import { clockGlobals } from './clock.js';
import { randomGlobals } from './random.js';
import { textGlobals } from './text.js';
import { urlGlobals } from './url.js';

interface Globals {
  readonly [name: string]: unknown;
}

const MAKERS: { readonly [power in Power]: (grant: never) => Globals } = { clock: clockGlobals, random: randomGlobals, text: textGlobals, url: urlGlobals };

/** `asked` is what a leaf says, which may be anything. Throws a LoadRefusal for what is no power, and for what is not granted. */
export function powerGlobals(asked: unknown, granted: GrantedPowers): Globals {
  if (asked === undefined) return {};
  if (!Array.isArray(asked)) throw new LoadRefusal('InvalidType', 'the leaf must list the powers that it uses');
  const globals: { [name: string]: unknown } = {};
  for (const power of asked as unknown[]) {
    if (!isPower(power)) throw new LoadRefusal('InvalidType', `the extension uses a power that this version does not have; there are ${POWERS.join(', ')}`);
    const grant = granted[power];
    if (grant === undefined)
      throw new LoadRefusal(
        'PermissionDenied',
        `the extension uses '${power}', which was not granted: add globals: { ${power}: true } to the options of load()`,
      );
    Object.assign(globals, MAKERS[power](grant as never));
  }
  return globals;
}
