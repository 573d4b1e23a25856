/** What `deciduous run` can grant: the kernel's own interfaces, each under its name, or under another that the extension uses. */
import type { AsyncKernel } from '../../host/index.js';
import { UsageError } from '../verb.js';

const OFFERED = ['log', 'clock', 'vitals', 'alarms', 'watch'] as const;
export const GRANTABLE: readonly string[] = OFFERED;

/** `all` where nothing is said: what an extension does not import it does not get. Throws a UsageError for a name that means nothing. */
export function grantsFrom(kernel: AsyncKernel, text: string | undefined): { [name: string]: object } {
  const grants: { [name: string]: object } = {};
  if (text === 'none') return grants;
  for (const wanted of text === undefined ? OFFERED : text.split(',')) {
    const [as, name = as] = wanted.trim().split('=', 2);
    const known = OFFERED.find((each) => each === name);
    if (known === undefined || as === '')
      throw new UsageError(
        `--grant takes 'none' or names of ${OFFERED.join(', ')}, or NAME=ONE_OF_THEM where the extension imports it as NAME, not '${wanted}'`,
      );
    grants[as] = kernel[known];
  }
  return grants;
}
