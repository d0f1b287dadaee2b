/** What the command line needs of `check`. */
export { type Baseline, parseBaseline } from './baseline.ts';
export { check } from './check.ts';
export { checkExitCode } from './exit-code.ts';
export { compileGlob, type Glob } from './glob.ts';
export { openIdentities } from './identity.ts';
export { DEFAULT_POLICY, type Policy } from './policy.ts';
export { parsePolicy } from './policy-file.ts';
export { isRuleId, RULE_IDS, RULES } from './rules.ts';
export { UnusableJson } from './strict-json.ts';
