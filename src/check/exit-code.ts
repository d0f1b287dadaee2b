/** The exit code of `check`, 1 where a finding reaches the threshold, else 0. */
import type { Finding } from '../model/finding.ts';
import { LEVELS } from '../model/rule.ts';
import type { Policy } from './policy.ts';

/** Does this finding make the run fail? */
export function counts(
  finding: Finding,
  { failOn, inconclusive }: Pick<Policy, 'failOn' | 'inconclusive'>,
): boolean {
  const judged =
    finding.outcome === 'fail' || (finding.outcome === 'inconclusive' && inconclusive === 'fail');
  return judged && finding.excuse === null && LEVELS.indexOf(finding.level) <= LEVELS.indexOf(failOn);
}

export function checkExitCode(
  findings: readonly Finding[],
  policy: Pick<Policy, 'failOn' | 'inconclusive'>,
): 0 | 1 {
  return findings.some(finding => counts(finding, policy)) ? 1 : 0;
}
