/** The rules' documentation: a list, and a page for each. */
import type { RuleInfo } from '../../model/rule.ts';
import type { Palette } from '../palette.ts';
import { wrap } from '../wrap.ts';

const ASPECTS = {
  evidence: 'whether file and process belong together',
  declared: 'what the headers ask for',
  real: 'what the kernel enforces in the process',
};

/** For --list-rules: a line for each rule. */
export function listRules(rules: readonly RuleInfo[]): string {
  const width = Math.max(...rules.map(({ id }) => id.length));
  return rules
    .map(
      ({ id, level, aspect, title }) =>
        `${id.padEnd(width)}  ${level.padEnd(7)}  ${aspect.padEnd(8)}  ${title}\n`,
    )
    .join('');
}

/** For --explain-rule. */
export function explainRule(rule: RuleInfo, palette: Palette, width: number | null): string {
  const lines = (text: string, indent: number): string[] =>
    (width === null ? [text] : wrap(text, Math.max(width - indent, 30))).map(
      line => ' '.repeat(indent) + line,
    );
  const { doc } = rule;
  const section = (name: string, text: string): string[] => [palette.bold(name), ...lines(text, 2), ''];
  const causes = doc.causes.flatMap(cause => {
    const [first, ...rest] = lines(cause, 4);
    return [`  - ${first!.trimStart()}`, ...rest];
  });
  return [
    `${palette.bold(rule.id)}: ${rule.title}`,
    `level ${rule.level}; judges ${ASPECTS[rule.aspect]}`,
    '',
    ...section('Meaning', doc.meaning),
    ...section('Consequence', doc.consequence),
    palette.bold('Causes'),
    ...causes,
    '',
    palette.bold('Remedy'),
    ...lines(doc.remedy, 2),
    '',
  ].join('\n');
}

/** A page in plain text, a paragraph a line. */
export function ruleText({ doc }: RuleInfo): string {
  return [
    doc.meaning,
    doc.consequence,
    `Common causes: ${doc.causes.join('; ')}.`,
    `Remedy: ${doc.remedy}`,
  ].join('\n');
}

/** A page in Markdown, without a heading. */
export function ruleMarkdown({ doc }: RuleInfo): string {
  const causes = doc.causes.map(cause => `- ${cause}`).join('\n');
  return [
    doc.meaning,
    `**Consequence.** ${doc.consequence}`,
    `**Common causes**\n\n${causes}`,
    `**Remedy.** ${doc.remedy}`,
  ].join('\n\n');
}
