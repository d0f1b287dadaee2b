/** Finds the source of a target. */
import type { Depth } from '../elf/read.ts';
import type { Capture } from '../model/capture.ts';
import { TargetError } from '../source/errors.ts';
import { captureLive } from '../source/live.ts';
import { captureFile, captureStream, type ElfSource, type TargetOptions } from '../source/target-file.ts';
import type { Target } from './targets.ts';

/** Where to find binaries, and what page size to predict for: the options of evidence that is no live process. */
export type OfflineOptions = Omit<TargetOptions, 'depth'>;

/** The captures of a target: one, or several where a text holds several processes. @throws TargetError */
export function loadTarget(target: Target, depth: Depth, offline: OfflineOptions): readonly Capture[] {
  const options = { ...offline, depth };
  switch (target.kind) {
    case 'process':
      return [captureLive(target.pid, depth)];
    case 'file':
      return captureFile(target.path, options, captureElfTarget);
    case 'standard-input':
      return captureStream(0, null, options, captureElfTarget);
  }
}

const captureElfTarget: ElfSource = () => {
  throw new TargetError('unusable', 'ELF files cannot be explained');
};
