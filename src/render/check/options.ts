import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import type { RuleInfo } from '../../model/rule.ts';
import type { Palette } from '../palette.ts';

/** A target that could not be judged. */
export interface Unjudged {
  /** One char a byte. */
  readonly target: string;
  readonly why: string;
}

/** What every renderer of findings is given. */
export interface CheckOptions {
  readonly palette: Palette;
  /** Columns of the terminal; null where lines may be as long as they need to be. */
  readonly width: number | null;
  /** Every rule, in order. */
  readonly rules: readonly RuleInfo[];
  readonly unjudged: readonly Unjudged[];
  /** Are several targets judged, however many of them could be? */
  readonly several: boolean;
  /** Show what passed or does not apply too. */
  readonly all: boolean;
  /** Does this finding make the run fail? */
  readonly counts: (finding: Finding) => boolean;
  readonly exitCode: number;
}

/** One document about all targets. */
export type CheckRenderer = (reports: readonly Report[], options: CheckOptions) => Iterable<string>;
