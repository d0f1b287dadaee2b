/** The exit code of `check`, 1 where a finding reaches the threshold, else 0. */
import type { Finding } from '../model/finding.ts';
import type { Level } from '../model/rule.ts';
import type { Policy } from './policy.ts';

const SEVERITY: Record<Level, number> = { note: 0, warning: 1, error: 2 };

/** Does this finding make the run fail? */
export function counts(
  finding: Finding,
  { failOn, inconclusive }: Pick<Policy, 'failOn' | 'inconclusive'>,
): boolean {
  const judged =
    finding.outcome === 'fail' || (finding.outcome === 'inconclusive' && inconclusive === 'fail');
  return judged && finding.excuse === null && SEVERITY[finding.level] >= SEVERITY[failOn];
}

export function checkExitCode(
  findings: readonly Finding[],
  policy: Pick<Policy, 'failOn' | 'inconclusive'>,
): 0 | 1 {
  return findings.some(finding => counts(finding, policy)) ? 1 : 0;
}
