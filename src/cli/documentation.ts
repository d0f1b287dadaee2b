/** `check --list-rules` and `--explain-rule ID`. */
import { RULES } from '../check/rules.ts';
import { explainRule, listRules } from '../render/check/rules.ts';
import { ruleId } from './check.ts';
import { standardOutput } from './output.ts';
import { type ColorChoice, choosePalette, terminalWidth } from './terminal.ts';

/** @throws TargetError where there is no such rule. */
export function runDocumentation(rule: string | null, color: ColorChoice): void {
  const output = standardOutput();
  if (rule === null) {
    output.write(listRules(Object.values(RULES)));
  } else {
    const palette = choosePalette(color, false, process.env);
    output.write(explainRule(RULES[ruleId(rule)], palette, terminalWidth(false, process.env)));
  }
  output.close();
}
