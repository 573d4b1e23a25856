/** Wants import() of something that nobody can know beforehand. The trusted build does not let it in. */
import { defineDomain } from 'deciduous/domain';
import { Visitor } from '../generated/pipeline.js';

export default defineDomain({
  provides: { visitor: Visitor },
  async init() {
    const name = ['node', 'fs'].join(':');
    const files = (await import(name)) as { readFileSync(path: string, encoding: string): string };
    return { visitor: { visit: () => files.readFileSync('/etc/passwd', 'utf8').length, confess: () => null, smuggle: (document) => document } };
  },
});
