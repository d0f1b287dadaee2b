import type { Range } from './units.ts';

/** How bad a finding is. */
export type Level = 'error' | 'warning' | 'note';

/** One verdict of one rule about one subject. */
export interface Finding {
  readonly rule: string;
  readonly outcome: 'fail' | 'pass' | 'inconclusive' | 'not-applicable';
  readonly level: Level;
  /** Index into Report.modules; null for the process as a whole. */
  readonly module: number | null;
  /** What it is about, stable over ASLR: a section, segment or mapping name; null: the module as a whole. */
  readonly subject: string | null;
  readonly message: string;
  readonly range: Range | null;
  /** The facts behind the message, for machines. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}
