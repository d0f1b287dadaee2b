/** A job summary in GitHub's Markdown (GFM): a table for each target, and the remedies below it. */
import type { Finding } from '../../model/finding.ts';
import { printable } from '../printable.ts';
import { title } from '../summary.ts';
import type { CheckRenderer } from './options.ts';
import { excuseWords, fileOf, isQuiet, nameOf, notesOf, ruleTable, tally, verdictOf } from './verdicts.ts';

export const renderMarkdown: CheckRenderer = function* (reports, options) {
  const rules = ruleTable(options.rules);
  for (const report of reports) {
    yield `### ${inert(title(report))}\n\n${inert(tally(report.findings))}\n\n`;
    for (const { message } of notesOf(report)) yield `Note: ${inert(printable(message))}\n\n`;
    const shown = options.all ? report.findings : report.findings.filter(finding => !isQuiet(finding));
    if (shown.length === 0) continue;
    yield '| Verdict | Rule | File | What |\n| --- | --- | --- | --- |\n';
    for (const finding of shown) {
      const cells = [verdictCell(finding), nameOf(finding), fileOf(finding), what(finding)];
      yield `| ${cells.map(inert).join(' | ')} |\n`;
    }
    yield '\n';
    const failed = new Set(shown.filter(f => f.outcome === 'fail' && !f.excuse).map(({ rule }) => rule));
    for (const id of failed) yield `- **${inert(id)}**: ${inert(rules.get(id)!.doc.remedy)}\n`;
    if (failed.size > 0) yield '\n';
  }
  for (const { target, why } of options.unjudged)
    yield `### ${inert(printable(target))}\n\n❌ not judged: ${inert(printable(why))}\n\n`;
};

const MARKS = {
  fail: '❌',
  pass: '✅',
  inconclusive: '❔',
  excused: '⚪',
  'not-applicable': '➖',
};

function verdictCell(finding: Finding): string {
  const verdict = verdictOf(finding);
  const mark = verdict === 'fail' && finding.level !== 'error' ? '⚠️' : MARKS[verdict];
  return `${mark} ${verdict === 'fail' ? finding.level : verdict}`;
}

const what = (finding: Finding): string =>
  [printable(finding.message), excuseWords(finding)].filter(text => text !== '').join('; ');

/** Text in which no Markdown, HTML, link or mention acts: GFM lets every ASCII punctuation mark be escaped. */
function inert(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('@', '&#64;')
    .replace(/[\\`*_{}[\]()#+!|>~:.-]/g, '\\$&');
}
