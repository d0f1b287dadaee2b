/** What to judge, how severely, and what to excuse. Made from the command line and, where there is one, a policy file. */
import type { Level, RuleId } from '../model/rule.ts';
import type { Glob } from './glob.ts';

export interface Policy {
  /** Globs of paths; null: everything. */
  readonly only: readonly Glob[] | null;
  readonly ignore: readonly Glob[];
  /** null: all rules. */
  readonly rules: readonly RuleId[] | null;
  readonly skip: readonly RuleId[];
  readonly levels: Levels;
  /** Levels for the files that a glob matches; later ones win, and all of them over `levels`. */
  readonly modules: readonly { readonly path: Glob; readonly levels: Levels }[];
  readonly exceptions: readonly Exception[];
  readonly failOn: Level;
  readonly inconclusive: 'fail' | 'pass';
}

export type Levels = Readonly<Partial<Record<RuleId, Level | 'off'>>>;

/** Known and accepted, for a reason and until a day. */
export interface Exception {
  readonly rule: RuleId;
  /** Glob of the path. */
  readonly module: Glob;
  /** The glob as it was written; latin1, as all text of a report. */
  readonly pattern: string;
  /** null: any. */
  readonly subject: string | null;
  readonly reason: string;
  /** YYYY-MM-DD, the last day on which it holds. */
  readonly expires: string;
}

export const DEFAULT_POLICY: Policy = {
  only: null,
  ignore: [],
  rules: null,
  skip: [],
  levels: {},
  modules: [],
  exceptions: [],
  failOn: 'error',
  inconclusive: 'pass',
};
