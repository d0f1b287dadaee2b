/**
 * Prints a process's report as JSON, or the trouble with it: a program of its own, so that a test can run it as
 * another user. `asUser` bundles and starts it.
 */
import { correlate } from '../../src/correlate/report.ts';
import { toDocument } from '../../src/render/document.ts';
import { TargetError } from '../../src/source/errors.ts';
import { captureLive } from '../../src/source/live.ts';

try {
  process.stdout.write(JSON.stringify(toDocument(correlate(captureLive(Number(process.argv[2]), 'full')))));
} catch (error) {
  if (!(error instanceof TargetError)) throw error;
  const { kind, message, remedy } = error;
  process.stdout.write(JSON.stringify({ kind, message, remedy }));
}
