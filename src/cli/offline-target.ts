/**
 * Targets that are no live processes. The bundle keeps this in a file of its own, which has its own copies of the modules
 * that it shares with the others: captures go from one to the other, and errors, which are told by their name.
 */
import type { Capture } from '../model/capture.ts';
import { captureFile, captureStream, type TargetOptions } from '../source/target-file.ts';
import { captureElfTarget } from './elf-target.ts';
import type { Target } from './targets.ts';

/** The captures of a file or of standard input: several where a text holds several processes. @throws TargetError */
export const captureOffline = (
  target: Exclude<Target, { readonly kind: 'process' }>,
  options: TargetOptions,
): readonly Capture[] =>
  target.kind === 'file'
    ? captureFile(target.path, options, captureElfTarget)
    : captureStream(0, null, options, captureElfTarget);
