/** What `vmaexplain check` asks for, done; see work.ts. */
import { type CheckCommand, runCheck } from './check.ts';
import type { ExitCode } from './failure.ts';
import { guarded } from './guarded.ts';
import { type OfflineFlags, offlineOf } from './offline.ts';
import type { ColorChoice } from './terminal.ts';

export type CheckRequest = Omit<CheckCommand, 'offline'> & { readonly offline: OfflineFlags };

export const check = (targets: readonly string[], request: CheckRequest): Promise<ExitCode> =>
  guarded(async () => runCheck(targets, { ...request, offline: offlineOf(request.offline) }));

/** `rule`: the one to explain; null: all are listed. */
export const document = (rule: string | null, color: ColorChoice): Promise<ExitCode> =>
  guarded(async () => {
    const { runDocumentation } = await import('./documentation.ts');
    runDocumentation(rule, color);
    return 0;
  });
