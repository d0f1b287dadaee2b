/**
 * JUnit XML, as Jenkins, GitLab and others read it: a test suite for each target, a test case for each finding.
 * A target that could not be judged is an error. Only what makes the run fail is a failure; the rest says what it found in system-out.
 */
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { printable } from '../printable.ts';
import { title } from '../summary.ts';
import type { CheckOptions, CheckRenderer, Unjudged } from './options.ts';
import { excuseWords, fileOf, nameOf, type RuleTable, ruleTable } from './verdicts.ts';

export const renderJunit: CheckRenderer = function* (reports, options) {
  const rules = ruleTable(options.rules);
  const all = reports.flatMap(({ findings }) => findings);
  const { unjudged } = options;
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield `<testsuites name="vmaexplain check" ${totals(all, options, unjudged.length)}>\n`;
  for (const report of reports) yield* suite(report, options, rules);
  for (const target of unjudged) yield errorSuite(target, options);
  yield '</testsuites>\n';
};

function* suite(report: Report, options: CheckOptions, rules: RuleTable): Generator<string> {
  yield `  <testsuite name="${xml(title(report))}" ${totals(report.findings, options)}>\n`;
  for (const finding of report.findings) {
    const names = `classname="${xml(fileOf(finding))}" name="${xml(nameOf(finding))}"`;
    const body = bodyOf(finding, options, rules);
    yield body === '' ? `    <testcase ${names}/>\n` : `    <testcase ${names}>${body}</testcase>\n`;
  }
  yield '  </testsuite>\n';
}

function errorSuite({ target, why }: Unjudged, options: CheckOptions): string {
  const name = xml(printable(target));
  const error = `<error type="unjudged" message="${xml(printable(why))}"/>`;
  return `  <testsuite name="${name}" ${totals([], options, 1)}>
    <testcase classname="${name}" name="target">${error}</testcase>
  </testsuite>\n`;
}

function bodyOf(finding: Finding, { counts }: CheckOptions, rules: RuleTable): string {
  const { rule, level, outcome } = finding;
  const message = printable(finding.message);
  if (counts(finding)) {
    const type = outcome === 'inconclusive' ? 'inconclusive' : level;
    const text = outcome === 'fail' ? `${message}\n${rules.get(rule)!.doc.remedy}` : message;
    return `<failure type="${type}" message="${xml(message)}">${xml(text)}</failure>`;
  }
  if (isSkipped(finding)) {
    const why = finding.excuse ? `${excuseWords(finding)}: ${message}` : `${outcome}: ${message}`;
    return `<skipped message="${xml(why)}"/>`;
  }
  return outcome === 'pass' ? '' : `<system-out>${xml(`${level}: ${message}`)}</system-out>`;
}

const isSkipped = ({ outcome, excuse }: Finding): boolean =>
  outcome === 'not-applicable' || outcome === 'inconclusive' || excuse !== null;

function totals(findings: readonly Finding[], { counts }: CheckOptions, errors = 0): string {
  const failures = findings.filter(counts).length;
  const skipped = findings.filter(finding => isSkipped(finding) && !counts(finding)).length;
  return `tests="${findings.length + errors}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
};

/** `printable` has removed what XML 1.0 cannot hold. */
const xml = (text: string): string => text.replace(/[&<>"'\n]/g, char => ENTITIES[char]!);
