/** Trouble with a target as a whole, or with an option's value; trouble with one of a target's files rides inside the Capture. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
  /** 'unusable': exit code 2; 'missing' and 'permission': exit code 3. */
  readonly kind: 'unusable' | 'missing' | 'permission';
  /** What the user can do about it. */
  readonly remedy: string | null;

  constructor(kind: TargetError['kind'], message: string, remedy: string | null = null, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.remedy = remedy;
  }
}

/** Told by its name, not by its class: each script of the bundled command has a class of its own. */
export const isTargetError = (error: unknown): error is TargetError =>
  error instanceof Error && error.name === 'TargetError';

/** The errno name of a system error ("ENOENT"); '' for any other. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Has this process, or the whole machine, no descriptor left? */
export const isOutOfFiles = (error: unknown): boolean => ['EMFILE', 'ENFILE'].includes(errnoOf(error));

export const tooManyFiles = (cause: unknown): TargetError =>
  new TargetError('unusable', 'too many open files', 'raise the limit with `ulimit -n`', cause);
