/** The one way to declare a rule: what it is called, how it judges, and how its facts are worded. */
import type { Facts, Finding } from '../model/finding.ts';
import type { Level, RuleInfo } from '../model/rule.ts';
import type { Range } from '../model/units.ts';
import type { Context } from './context.ts';

export interface Rule extends RuleInfo {
  judge(context: Context): Finding[];
}

/** What a judgement is about. */
export interface About {
  readonly module: number | null;
  readonly path: string | null;
  readonly subject: string | null;
  readonly range?: Range | null;
}

/** A verdict before it is worded. F are the facts of a failure, P those of a pass. */
export type Judgement<F extends Facts = Facts, P extends Facts = Facts> = { readonly about: About } & (
  | { readonly outcome: 'fail'; readonly facts: F; readonly level?: Level }
  | { readonly outcome: 'pass'; readonly facts: P }
  | { readonly outcome: 'inconclusive' | 'not-applicable'; readonly why: string }
);

interface Definition<F extends Facts, P extends Facts> extends RuleInfo {
  judge(context: Context): Iterable<Judgement<F, P>>;
  /** The sentence for a failure. */
  fail(facts: F): string;
  /** The sentence for a pass. */
  pass(facts: P): string;
}

export function defineRule<F extends Facts, P extends Facts>(definition: Definition<F, P>): Rule {
  const { id, aspect, level, title, doc, judge, fail, pass } = definition;
  const finding = (judgement: Judgement<F, P>): Finding => {
    const { module, path, subject, range = null } = judgement.about;
    const base = { rule: id, level, module, path, subject, range, excuse: null };
    switch (judgement.outcome) {
      case 'fail': {
        const { outcome, facts } = judgement;
        return { ...base, outcome, level: judgement.level ?? level, message: fail(facts), facts };
      }
      case 'pass':
        return { ...base, outcome: 'pass', message: pass(judgement.facts), facts: judgement.facts };
      default:
        return { ...base, outcome: judgement.outcome, message: judgement.why, facts: {} };
    }
  };
  return { id, aspect, level, title, doc, judge: context => Array.from(judge(context), finding) };
}
