/** Tables of situations and verdicts: each row is one test of one rule. */
import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.ts';
import { DEFAULT_POLICY } from '../../src/check/policy.ts';
import type { Facts, Finding, Outcome } from '../../src/model/finding.ts';
import type { Level, RuleId } from '../../src/model/rule.ts';
import { reportOf, type World } from './dsl.ts';

export interface Row {
  readonly title: string;
  readonly world: World;
  /** Which finding: '/bin/app' unless told. */
  readonly path?: string;
  readonly subject?: string | null;
  readonly outcome: Outcome;
  readonly level?: Level;
  readonly facts?: Facts;
  /** What the sentence must say. */
  readonly says?: RegExp;
}

export const TODAY = '2026-01-01';

export const findingsOf = (world: World): readonly Finding[] =>
  check(reportOf(world), DEFAULT_POLICY, TODAY).findings;

export function judgeRows(rows: Partial<Record<RuleId, readonly Row[]>>): void {
  for (const [rule, some] of Object.entries(rows))
    describe(rule, () => {
      for (const row of some) it(`${row.outcome}: ${row.title}`, () => judgeRow(rule, row));
    });
}

function judgeRow(
  rule: string,
  { world, path = '/bin/app', subject, outcome, level, facts, says }: Row,
): void {
  const all = findingsOf(world);
  for (const { message } of all) expect(message).toMatch(/^[\x20-\x7e]+$/);
  const findings = all.filter(
    finding =>
      finding.rule === rule &&
      finding.path === path &&
      (subject === undefined || finding.subject === subject),
  );
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ outcome, ...(level && { level }) });
  if (facts) expect(findings[0]!.facts).toEqual(facts);
  if (says) expect(findings[0]!.message).toMatch(says);
}
