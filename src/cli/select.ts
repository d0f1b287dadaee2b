/** `check --all` and `--name REGEX`: every process that may be read; the others are counted. */

import { oneCharAByte } from '../model/latin1.ts';
import { baseName } from '../model/text.ts';
import { lossless } from '../render/printable.ts';
import { TargetError } from '../source/errors.ts';
import { listProcesses } from '../source/processes.ts';
import { complain } from './complain.ts';
import { describeFailure, type ExitCode, exitCodeOf, worst } from './failure.ts';
import type { Progress } from './progress.ts';
import type { Target } from './targets.ts';

const LONGEST_NAME = 256;

/**
 * Returns 0, or what trouble with a process means that is neither its end nor that it may not be read.
 * @throws TargetError for a pattern that is no regular expression, or that no process matches.
 */
export async function selectProcesses(
  pattern: string | null,
  take: (target: Target) => Promise<void>,
  progress: Progress,
): Promise<ExitCode> {
  const matches = matcher(pattern);
  let [taken, unreadable, failed] = [0, 0, 0];
  let code: ExitCode = 0;
  for (const { pid, name, executable, hasMemory } of listProcesses()) {
    if (!matches(name) && !matches(baseName(executable ?? ''))) continue;
    // Kernel threads have nothing to judge.
    if (!hasMemory && pattern === null) continue;
    try {
      await take({ kind: 'process', name: String(pid), pid });
      taken++;
    } catch (error) {
      const failure = exitCodeOf(error);
      if (failure === 3) {
        unreadable++;
        continue;
      }
      failed++;
      code = worst(code, failure);
      progress.clear();
      complain(describeFailure(String(pid), error));
    }
  }
  progress.clear();
  if (taken + unreadable + failed === 0)
    throw new TargetError(
      'missing',
      pattern === null ? 'no process is shown in /proc' : `no process matches '${oneCharAByte(pattern)}'`,
    );
  if (taken + failed === 0)
    throw new TargetError(
      'permission',
      `none of ${processes(unreadable)} may be read`,
      'run as their user or as root (with CAP_SYS_PTRACE)',
    );
  const others = unreadable === 0 ? '' : `; ${unreadable} may not be read or have ended`;
  complain(`vmaexplain: ${processes(taken)} judged${others}\n`);
  return code;
}

const processes = (n: number): string => (n === 1 ? '1 process' : `${n} processes`);

function matcher(pattern: string | null): (name: string) => boolean {
  if (pattern === null) return () => true;
  try {
    const regex = new RegExp(pattern);
    return name => name !== '' && regex.test(lossless(name.slice(0, LONGEST_NAME)));
  } catch (error) {
    throw new TargetError(
      'unusable',
      `--name takes a regular expression, not '${oneCharAByte(pattern)}'`,
      null,
      error,
    );
  }
}
