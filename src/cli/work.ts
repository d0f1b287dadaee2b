/**
 * What the command line asks for, done: words that are understood go in, an exit code comes out. Apart from program.ts so
 * that --help, --version and a faulty command line load nothing of it (the bundle keeps the two in files of their own).
 */
import type { CheckCommand } from './check.ts';
import type { ExplainOptions } from './explain.ts';
import { describeFailure, type ExitCode, exitCodeOf } from './failure.ts';
import { type OfflineFlags, offlineOf } from './offline.ts';
import { parseRange } from './range.ts';
import type { RecordOptions } from './record.ts';
import type { ColorChoice } from './terminal.ts';

export type ExplainRequest = Omit<ExplainOptions, 'range' | 'offline'> & {
  readonly range: string | null;
  readonly offline: OfflineFlags;
};

export type CheckRequest = Omit<CheckCommand, 'offline'> & { readonly offline: OfflineFlags };

export const explain = (targets: readonly string[], request: ExplainRequest): Promise<ExitCode> =>
  guarded(async () => {
    const { runExplain } = await import('./explain.ts');
    const range = request.range === null ? null : parseRange(request.range);
    return runExplain(targets, { ...request, range, offline: offlineOf(request.offline) });
  });

export const check = (targets: readonly string[], request: CheckRequest): Promise<ExitCode> =>
  guarded(async () => {
    const { runCheck } = await import('./check.ts');
    return runCheck(targets, { ...request, offline: offlineOf(request.offline) });
  });

export const record = (target: string, options: RecordOptions): Promise<ExitCode> =>
  guarded(async () => {
    const { runRecord } = await import('./record.ts');
    runRecord(target, options);
    return 0;
  });

/** `rule`: the one to explain; null: all are listed. */
export const document = (rule: string | null, color: ColorChoice): Promise<ExitCode> =>
  guarded(async () => {
    const { runDocumentation } = await import('./documentation.ts');
    runDocumentation(rule, color);
    return 0;
  });

/** Trouble that makes the whole command impossible is told like that with a target. */
async function guarded(action: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await action();
  } catch (error) {
    process.stderr.write(describeFailure(null, error));
    return exitCodeOf(error);
  }
}
