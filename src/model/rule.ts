/** What `check` judges by: the rules' names, and what is known about each before anything is judged. */

/** How bad a failure is; the gravest first. */
export const LEVELS = ['error', 'warning', 'note'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Where a rule looks. 'evidence': do file and process belong together at all? 'declared': what the headers ask
 * for. 'real': what the kernel enforces in the process.
 */
export type Aspect = 'evidence' | 'declared' | 'real';

export type RuleId =
  | 'image-mismatch'
  | 'relro-missing'
  | 'relro-partial'
  | 'relro-cut-short'
  | 'relro-not-in-force'
  | 'got-writable'
  | 'stack-executable-declared'
  | 'stack-executable'
  | 'writable-executable'
  | 'aliased-writable-executable'
  | 'text-relocations'
  | 'text-modified'
  | 'executable-anonymous'
  | 'executable-untrusted-file'
  | 'no-pie'
  | 'aslr-off';

export interface RuleInfo {
  readonly id: RuleId;
  readonly aspect: Aspect;
  /** Of a failure, unless the rule or a policy says otherwise. */
  readonly level: Level;
  /** What is wrong where it fails, in a few words. */
  readonly title: string;
  readonly doc: RulePage;
}

/** A rule's page of documentation; plain sentences. */
export interface RulePage {
  readonly meaning: string;
  readonly consequence: string;
  readonly causes: readonly string[];
  readonly remedy: string;
}
