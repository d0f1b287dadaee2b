import { complain } from './complain.ts';
import { describeFailure, type ExitCode, exitCodeOf } from './failure.ts';

/** Trouble that makes the whole command impossible is told like that with a target. */
export async function guarded(action: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await action();
  } catch (error) {
    complain(describeFailure(null, error));
    return exitCodeOf(error);
  }
}
