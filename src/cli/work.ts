/**
 * What the command line asks for, done: words that are understood go in, an exit code comes out. Apart from program.ts so
 * that --help, --version and a faulty command line load nothing of it, and apart from what `check` does: the bundle keeps
 * the three in files of their own.
 */
import { type ExplainOptions, runExplain } from './explain.ts';
import type { ExitCode } from './failure.ts';
import { guarded } from './guarded.ts';
import { type OfflineFlags, offlineOf } from './offline.ts';
import { parseRange } from './range.ts';
import type { RecordOptions } from './record.ts';

export type ExplainRequest = Omit<ExplainOptions, 'range' | 'offline'> & {
  readonly range: string | null;
  readonly offline: OfflineFlags;
};

export const explain = (targets: readonly string[], request: ExplainRequest): Promise<ExitCode> =>
  guarded(async () => {
    const range = request.range === null ? null : parseRange(request.range);
    return runExplain(targets, { ...request, range, offline: offlineOf(request.offline) });
  });

/** What words without options ask for: the defaults of program.ts, which a test compares. */
export const PLAIN: ExplainRequest = {
  format: 'table',
  view: 'default',
  quiet: false,
  fullPath: false,
  explain: false,
  color: 'auto',
  output: null,
  range: null,
  offline: { sysroot: [], elf: [] },
  program: null,
  keep: false,
};

export const record = (target: string, options: RecordOptions): Promise<ExitCode> =>
  guarded(async () => {
    const { runRecord } = await import('./record.ts');
    runRecord(target, options);
    return 0;
  });
