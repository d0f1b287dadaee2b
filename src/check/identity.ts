/** What makes two findings of two runs the same: rule, file and subject. Addresses play no part, so ASLR does not. */
import type { Finding, Outcome } from '../model/finding.ts';
import type { RuleId } from '../model/rule.ts';

export interface Identity {
  readonly rule: RuleId;
  readonly path: string | null;
  readonly subject: string | null;
}

export const identityKey = ({ rule, path, subject }: Identity): string =>
  JSON.stringify([rule, path, subject]);

/** A finding that somebody has to act on, unless it is excused. */
export const isOpen = ({ outcome }: { readonly outcome: Outcome }): boolean =>
  outcome === 'fail' || outcome === 'inconclusive';

/** Distinct identities of findings that are open and for which no exception was made, in a stable order. */
export function openIdentities(findings: Iterable<Finding>): KnownFinding[] {
  const known = new Map<string, KnownFinding>();
  for (const finding of findings) {
    if (!isOpen(finding) || finding.excuse?.kind === 'exception') continue;
    const { rule, path, subject } = finding;
    const key = identityKey(finding);
    // What fails in one of two instances of a file is known to fail.
    if (known.get(key)?.outcome !== 'fail')
      known.set(key, { rule, path, subject, outcome: finding.outcome as KnownFinding['outcome'] });
  }
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, finding]) => finding);
}

export interface KnownFinding extends Identity {
  readonly outcome: 'fail' | 'inconclusive';
}
