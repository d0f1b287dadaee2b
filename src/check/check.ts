/** Report → the same report with its findings: every rule asked, then the policy applied. */
import type { Note } from '../model/capture.ts';
import type { Excuse, Finding } from '../model/finding.ts';
import type { Report } from '../model/report.ts';
import type { Level } from '../model/rule.ts';
import type { Baseline } from './baseline.ts';
import { type Context, contextOf } from './context.ts';
import type { Rule } from './define-rule.ts';
import { isOpen } from './identity.ts';
import type { Exception, Policy } from './policy.ts';
import { RULES } from './rules.ts';

/** Judges a report. `today` is YYYY-MM-DD, for the expiry of exceptions. */
export function check(
  report: Report,
  policy: Policy,
  today: string,
  baseline: Baseline | null = null,
): Report {
  const context = contextOf(report);
  const expired = new Set<Exception>();
  const findings: Finding[] = [];
  for (const rule of chosenRules(policy)) {
    for (const finding of judge(rule, context)) {
      if (!inScope(policy, finding)) continue;
      const level = levelOf(policy, rule, finding);
      if (level === 'off') continue;
      findings.push({ ...finding, level, excuse: excuseOf(finding, policy, today, baseline, expired) });
    }
  }
  return { ...report, findings, notes: [...report.notes, ...expiryNotes(expired)] };
}

function chosenRules({ rules, skip }: Policy): Rule[] {
  return Object.values(RULES).filter(
    ({ id }) => (rules === null || rules.includes(id)) && !skip.includes(id),
  );
}

function judge(rule: Rule, context: Context): Finding[] {
  const { report, executablePath, predicted } = context;
  if (predicted || report.mappings.length > 0) return rule.judge(context);
  const { id, level } = rule;
  const why =
    report.capture.process.state === 'running'
      ? ({ outcome: 'inconclusive', message: 'no mapping of it is known' } as const)
      : ({
          outcome: 'not-applicable',
          message: 'it has no mappings of its own, so there is nothing to judge',
        } as const);
  const nowhere = { module: null, path: executablePath, subject: null, range: null };
  return [{ rule: id, level, ...why, ...nowhere, facts: {}, excuse: null }];
}

function inScope({ only, ignore }: Policy, { path }: Finding): boolean {
  const name = path ?? '';
  return (only === null || only.some(glob => glob(name))) && !ignore.some(glob => glob(name));
}

/** A policy's word, the nearest first; else the rule's own for this case. */
function levelOf({ levels, modules }: Policy, { id }: Rule, { path, level }: Finding): Level | 'off' {
  const nearest = modules.findLast(module => module.levels[id] !== undefined && module.path(path ?? ''));
  return nearest?.levels[id] ?? levels[id] ?? level;
}

function excuseOf(
  finding: Finding,
  { exceptions }: Policy,
  today: string,
  baseline: Baseline | null,
  expired: Set<Exception>,
): Excuse | null {
  if (!isOpen(finding)) return null;
  const applying = exceptions.filter(exception => covers(exception, finding));
  const valid = applying.find(({ expires }) => expires >= today);
  if (valid) return { kind: 'exception', reason: valid.reason, expires: valid.expires };
  for (const exception of applying) expired.add(exception);
  return baseline?.(finding) ? { kind: 'baseline' } : null;
}

function covers({ rule, module, subject }: Exception, finding: Finding): boolean {
  return (
    rule === finding.rule && module(finding.path ?? '') && (subject === null || subject === finding.subject)
  );
}

function expiryNotes(expired: Iterable<Exception>): Note[] {
  return Array.from(expired, ({ rule, pattern, expires, reason }) => ({
    code: 'exception-expired',
    message: `the exception from ${rule} for ${pattern} expired on ${expires} (${reason})`,
  }));
}
