/** Errors as the user sees them, and the exit code that they mean. */
import { printable } from '../render/printable.ts';
import { isTargetError, TargetError } from '../source/errors.ts';

export type ExitCode = 0 | 1 | 2 | 3;

/** "vmaexplain: WHERE: WHAT", then the remedy where there is one. */
export function describeFailure(where: string | null, error: unknown): string {
  const known = isTargetError(error);
  const what = known
    ? error.message
    : `internal error: ${error instanceof Error ? error.message : String(error)}`;
  const place = where === null ? '' : `${printable(where)}: `;
  const remedy = known && error.remedy ? `\n  ${printable(error.remedy)}` : '';
  return `vmaexplain: ${place}${printable(what)}${remedy}\n`;
}

/** Does it; trouble with it is told with where it is. */
export function locate<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!isTargetError(error)) throw error;
    throw new TargetError(error.kind, `${where}: ${error.message}`, error.remedy, error);
  }
}

/** 2: the command line or an input is unusable; 3: a target is not there, has gone, or may not be read. */
export function exitCodeOf(error: unknown): ExitCode {
  return isTargetError(error) && error.kind !== 'unusable' ? 3 : 2;
}

/** Where several apply, the largest counts. */
export const worst = (a: ExitCode, b: ExitCode): ExitCode => (a > b ? a : b);
