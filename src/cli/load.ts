/** Finds the source of a target. */
import type { Depth } from '../elf/read.ts';
import type { Capture } from '../model/capture.ts';
import { TargetError } from '../source/errors.ts';
import { captureLive } from '../source/live.ts';
import type { Target } from './targets.ts';

/** The captures of a target: one, or several where a text holds several processes. @throws TargetError */
export function* loadTarget(target: Target, depth: Depth): Generator<Capture> {
  if (target.kind === 'process') yield captureLive(target.pid, depth);
  else throw new TargetError('unusable', 'only processes can be explained');
}
