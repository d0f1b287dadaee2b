/**
 * Workflow commands of GitHub Actions, which become annotations (docs.github.com, "Workflow commands"):
 *
 *   ::warning file=/usr/bin/sleep,title=relro-partial of GNU_RELRO::47 slots … stay writable. Link with …
 *
 * What the runner would act on is escaped as its toolkit does: % CR LF everywhere, : and , in properties too.
 */
import type { Finding } from '../../model/finding.ts';
import { LEVELS } from '../../model/rule.ts';
import { printable } from '../printable.ts';
import { title } from '../summary.ts';
import type { CheckOptions, CheckRenderer } from './options.ts';
import { fileOf, nameOf, type RuleTable, ruleTable, tally } from './verdicts.ts';

export const renderGithub: CheckRenderer = function* (reports, options) {
  const rules = ruleTable(options.rules);
  for (const report of reports) {
    const open = report.findings.filter(finding => commandOf(finding, options) !== null);
    // GitHub shows ten annotations of each sort: the worst come first.
    for (const finding of open.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)))
      yield command(finding, commandOf(finding, options)!, rules);
    yield `vmaexplain: ${title(report)}: ${tally(report.findings)}\n`;
  }
  for (const { target, why } of options.unjudged)
    yield `::error title=not judged::${data(printable(`${target}: ${why}`))}\n`;
};

const COMMANDS = { error: 'error', warning: 'warning', note: 'notice' };

function commandOf(finding: Finding, { counts }: CheckOptions): string | null {
  if (finding.excuse) return null;
  if (finding.outcome === 'fail') return COMMANDS[finding.level];
  if (finding.outcome !== 'inconclusive') return null;
  return counts(finding) ? COMMANDS[finding.level] : 'notice';
}

function command(finding: Finding, name: string, rules: RuleTable): string {
  const remedy = finding.outcome === 'fail' ? `\n${rules.get(finding.rule)!.doc.remedy}` : '';
  const heading = `${nameOf(finding)}${finding.outcome === 'inconclusive' ? ' (inconclusive)' : ''}`;
  const properties = `file=${property(fileOf(finding))},title=${property(heading)}`;
  return `::${name} ${properties}::${data(`${fileOf(finding)}: ${printable(finding.message)}${remedy}`)}\n`;
}

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
