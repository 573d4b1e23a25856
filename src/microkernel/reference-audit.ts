/** The part of the audit that looks at interface references: the kernel's sets of holders against lives, records and what providers say. Exact while no call is in flight. */
import type { DomainId } from '../abi/domain-id.js';
import type { AuditFinding } from '../abi/kernel-protocol.js';
import type { Reference } from './holders.js';
import type { References } from './references.js';

/** The invariants of interface references, by their stable names. */
export const REFERENCE_INVARIANTS = {
  'a-holder-lives': 'whoever holds a reference is alive',
  'a-reference-leads-to-the-living': 'nothing is kept of references to the dead',
  'what-carries-a-reference-is-under-way': 'a use of a record that holds a reference has not ended',
  'what-is-received-was-passed': 'a reference that was taken out of a record had been put into it',
  'what-is-held-is-exported': 'the provider serves every export that somebody holds',
  'what-is-held-is-not-told-released': 'a provider is not told that nobody holds what somebody holds',
  'what-nobody-holds-is-forgotten': 'a reference that is kept has a holder',
} as const;

type Report = (invariant: keyof typeof REFERENCE_INVARIANTS, detail: string) => void;

export function auditReferences(references: References, isAlive: (id: DomainId) => boolean): AuditFinding[] {
  const findings: AuditFinding[] = [];
  references.look();
  // What was read in the first look may have ended uses that were looked at before.
  references.look();
  for (const reference of references.holders.all()) audit(reference, references, isAlive, (invariant, detail) => void findings.push({ invariant, detail }));
  return findings;
}

function audit(reference: Reference, references: References, isAlive: (id: DomainId) => boolean, report: Report): void {
  const { provider, exported, domains, uses } = reference;
  const name = `export ${exported} of ${provider < 0 ? `binding ${-provider - 1}` : `domain ${provider}`}`;
  for (const holder of domains.keys()) if (!isAlive(holder)) report('a-holder-lives', `${name} is held by dead domain ${holder}`);
  for (const use of uses.values()) {
    if (use.count < 0) report('what-is-received-was-passed', `${name} was taken out of record ${use.record}, use ${use.tag}, once more than it was put in`);
    else if (references.isOver(use))
      report('what-carries-a-reference-is-under-way', `${name} is carried by record ${use.record}, use ${use.tag}, which has ended`);
  }
  if (domains.size === 0 && uses.size === 0) report('what-nobody-holds-is-forgotten', `${name} is kept, and nobody holds it`);
  if (provider < 0) return;
  if (!isAlive(provider)) return report('a-reference-leads-to-the-living', `${name} is held, and its provider is dead`);
  if (!references.isExported(provider, exported)) report('what-is-held-is-exported', `${name} is held, and its provider does not serve it`);
  if (references.isToldReleased(provider, exported)) report('what-is-held-is-not-told-released', `${name} is held, and its provider is told that nobody does`);
}
