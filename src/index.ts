/**
 * vmaexplain as a library: the same reports as the command prints with --json, typed, without printing.
 *
 *   import { explainProcess } from 'vmaexplain';
 *   for (const mapping of explainProcess(1234).mappings) console.log(mapping.start, mapping.explanation);
 */
import { correlate } from './correlate/report.ts';
import type { ReportDocument } from './model/document.ts';
import { toDocument } from './render/document.ts';
import { captureLive, recordLive } from './source/live.ts';
import type { Snapshot } from './source/snapshot-format.ts';

export type * from './model/document.ts';
export { TargetError } from './source/errors.ts';
export type { Snapshot } from './source/snapshot-format.ts';

/**
 * Explains every mapping of a running process; neither stops it nor writes to it (proc(5)).
 * @throws TargetError where the process is not there, ends meanwhile, or may not be read.
 */
export function explainProcess(pid: number): ReportDocument {
  return toDocument(correlate(captureLive(pid, 'full')));
}

/**
 * Records a running process as a snapshot, from which the same report can be made anywhere.
 * @throws TargetError as explainProcess does, and 'unusable' where it has more than a snapshot may hold.
 */
export function recordProcess(pid: number): Snapshot {
  return recordLive(pid);
}
