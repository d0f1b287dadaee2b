import type { Level, RuleId } from './rule.ts';
import type { Range } from './units.ts';

/** One verdict of one rule about one subject. */
export interface Finding {
  readonly rule: RuleId;
  readonly outcome: Outcome;
  readonly level: Level;
  /** Index into Report.modules; null where it is about something else. */
  readonly module: number | null;
  /** The file that it is about: the module's, else the mapped one's, else the executable's; null: not known. */
  readonly path: string | null;
  /** What it is about, stable over ASLR: a section, segment or kind of mapping; null: the file as a whole. */
  readonly subject: string | null;
  /** One sentence in ASCII, but for names from the evidence, which are latin1 (one char a byte). */
  readonly message: string;
  /** The first place concerned. */
  readonly range: Range | null;
  /** The facts behind the message, for machines. */
  readonly facts: Facts;
  /** Why it does not count; null: it does. */
  readonly excuse: Excuse | null;
}

export type Outcome = 'fail' | 'pass' | 'inconclusive' | 'not-applicable';

export type Facts = Readonly<Record<string, string | number | boolean | null>>;

export type Excuse =
  | { readonly kind: 'exception'; readonly reason: string; readonly expires: string }
  | { readonly kind: 'baseline' };
