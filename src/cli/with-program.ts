/** `-- PROGRAM ARGS…`: starts it, has it looked at once its loader is done, and ends it. */
import { oneCharAByte } from '../model/latin1.ts';
import { startProgram } from '../source/start-program.ts';
import type { Target } from './targets.ts';

/**
 * Standard output carries the report alone, so the program's own output goes to standard error, unless the report
 * goes to a file.
 * @throws TargetError where it cannot be started or ends too soon.
 */
export async function withProgram<T>(
  words: readonly string[],
  keep: boolean,
  reportToFile: boolean,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const program = await startProgram(words, reportToFile ? 1 : 2);
  try {
    return await use({ kind: 'process', name: oneCharAByte(words[0]!), pid: program.pid });
  } finally {
    if (keep) program.release();
    else await program.end();
  }
}
