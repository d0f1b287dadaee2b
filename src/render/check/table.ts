/**
 * Findings for people, grouped by file, each with the remedy of its rule:
 *
 *   1234: sleep 1000
 *   2 warnings; 40 passed, 12 not applicable
 *
 *   /usr/bin/sleep
 *     warning       relro-partial  declared  47 slots … lie outside GNU_RELRO and stay writable
 *                   remedy: link with -Wl,-z,relro,-z,now
 *
 *   2 findings make the check fail
 */
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import type { RuleId } from '../../model/rule.ts';
import type { Style } from '../palette.ts';
import { printable } from '../printable.ts';
import { title } from '../summary.ts';
import { wrap } from '../wrap.ts';
import type { CheckOptions, CheckRenderer } from './options.ts';
import {
  excuseWords,
  groupByFile,
  isQuiet,
  nameOf,
  notesOf,
  type RuleTable,
  ruleTable,
  tally,
  verdictOf,
} from './verdicts.ts';

export const renderCheckTable: CheckRenderer = function* (reports, options) {
  const rules = ruleTable(options.rules);
  const explained = new Set<RuleId>();
  let first = true;
  for (const report of reports) {
    if (!first) yield '\n';
    first = false;
    yield* renderReport(report, options, rules, explained);
  }
  const counting = reports.flatMap(({ findings }) => findings.filter(options.counts)).length;
  if (counting > 0)
    yield `\n${counting} ${counting === 1 ? 'finding makes' : 'findings make'} the check fail\n`;
};

function* renderReport(
  report: Report,
  options: CheckOptions,
  rules: RuleTable,
  explained: Set<RuleId>,
): Generator<string> {
  const { palette } = options;
  yield `${palette.bold(title(report))}\n${tally(report.findings)}\n`;
  for (const { message } of notesOf(report))
    for (const line of wrap(`note: ${printable(message)}`, (options.width ?? 100) - 6)) yield `${line}\n`;
  for (const [file, findings] of groupByFile(report)) {
    const shown = options.all ? findings : findings.filter(finding => !isQuiet(finding));
    if (shown.length === 0) continue;
    yield `\n${palette.bold(file)}\n`;
    for (const finding of shown) yield* renderFinding(finding, options, rules, explained);
  }
}

const INDENT = 2;
/** Of the longest verdict, "not applicable". */
const VERDICT_WIDTH = 14;
const TEXT_INDENT = INDENT + VERDICT_WIDTH + 1;
/** Narrower text is harder to read than long lines. */
const LEAST_TEXT_WIDTH = 30;

function* renderFinding(
  finding: Finding,
  options: CheckOptions,
  rules: RuleTable,
  explained: Set<RuleId>,
): Generator<string> {
  const { palette } = options;
  const rule = rules.get(finding.rule)!;
  const { word, style } = verdictWord(finding, options);
  const verdict = ' '.repeat(INDENT) + style(word) + ' '.repeat(VERDICT_WIDTH - word.length);
  yield `${verdict} ${palette.bold(nameOf(finding))} ${palette.dim(`(${rule.aspect})`)}\n`;
  yield* paragraph(printable(finding.message), options.width);
  if (finding.excuse) yield* paragraph(excuseWords(finding), options.width);
  if (finding.outcome !== 'fail' || finding.excuse || explained.has(rule.id)) return;
  explained.add(rule.id);
  yield* paragraph(`remedy: ${rule.doc.remedy}`, options.width, palette.dim);
}

function verdictWord(finding: Finding, { palette }: CheckOptions): { word: string; style: Style } {
  switch (verdictOf(finding)) {
    case 'fail':
      return { word: finding.level, style: LEVEL_STYLES[finding.level](palette) };
    case 'pass':
      return { word: 'pass', style: palette.green };
    case 'inconclusive':
      return { word: 'inconclusive', style: palette.magenta };
    case 'excused':
      return { word: 'excused', style: palette.dim };
    case 'not-applicable':
      return { word: 'not applicable', style: palette.dim };
  }
}

const LEVEL_STYLES: Record<Finding['level'], (palette: CheckOptions['palette']) => Style> = {
  error: palette => palette.red,
  warning: palette => palette.yellow,
  note: palette => palette.cyan,
};

function* paragraph(text: string, width: number | null, style: Style = plain => plain): Generator<string> {
  const lines = width === null ? [text] : wrap(text, Math.max(width - TEXT_INDENT, LEAST_TEXT_WIDTH));
  for (const line of lines) yield `${' '.repeat(TEXT_INDENT)}${style(line)}\n`;
}
