/** How findings are sorted, counted and named, the same in every format. */
import type { Note } from '../../model/capture.ts';
import type { Finding, Outcome } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { LEVELS, type RuleId, type RuleInfo } from '../../model/rule.ts';
import { keyOf } from '../../model/text.ts';
import { printable } from '../printable.ts';

/** An outcome as readers see it: an excused finding is one of its own. */
export type Verdict = Outcome | 'excused';

export const verdictOf = ({ outcome, excuse }: Finding): Verdict => (excuse ? 'excused' : outcome);

/** What needs no reader unless asked for. */
export const isQuiet = ({ outcome }: Finding): boolean => outcome === 'pass' || outcome === 'not-applicable';

/** "relro-partial of GNU_RELRO" */
export const nameOf = ({ rule, subject }: Finding): string =>
  subject === null ? rule : `${rule} of ${printable(subject)}`;

/** The file that a finding is about, fit to be read. */
export const fileOf = ({ path }: Finding): string => (path === null ? '(process)' : printable(path));

/** Why it is excused. */
export function excuseWords({ excuse }: Finding): string {
  if (excuse === null) return '';
  return excuse.kind === 'baseline'
    ? 'known from the baseline'
    : `excepted until ${excuse.expires}: ${printable(excuse.reason)}`;
}

/** What a reader of verdicts should know of the evidence. That a file alone was judged is in its verdicts. */
export const notesOf = ({ notes }: Report): readonly Note[] =>
  notes.filter(({ code }) => code !== 'predicted');

export type RuleTable = ReadonlyMap<RuleId, RuleInfo>;

export const ruleTable = (rules: readonly RuleInfo[]): RuleTable =>
  new Map(rules.map(rule => [rule.id, rule]));

/** Findings by the file they are about: the executable's first, then as they come. */
export function groupByFile({ findings, modules }: Report): [file: string, findings: Finding[]][] {
  const executable = modules.find(({ role }) => role === 'executable');
  const groups = new Map<string | null, Finding[]>();
  if (executable) groups.set(keyOf(executable.path), []);
  for (const finding of findings) {
    const key = finding.path === null ? null : keyOf(finding.path);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()].filter(group => group.length > 0).map(group => [fileOf(group[0]!), group]);
}

/** "2 errors, 1 warning; 1 inconclusive; 40 passed, 12 not applicable" */
export function tally(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter(f => verdictOf(f) === verdict).length;
  const failed = LEVELS.flatMap(level => {
    const n = findings.filter(f => verdictOf(f) === 'fail' && f.level === level).length;
    return n === 0 ? [] : [`${n} ${level}${n === 1 ? '' : 's'}`];
  });
  const rest = (['inconclusive', 'excused'] as const).flatMap(verdict =>
    count(verdict) === 0 ? [] : [`${count(verdict)} ${verdict}`],
  );
  const quiet = `${count('pass')} passed, ${count('not-applicable')} not applicable`;
  return [failed.length > 0 ? failed.join(', ') : 'nothing failed', ...rest, quiet].join('; ');
}
