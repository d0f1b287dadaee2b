/** Finds the source of a target. */
import type { Depth } from '../elf/read.ts';
import type { Capture } from '../model/capture.ts';
import { amount } from '../render/units.ts';
import { KnownImages } from '../source/known-images.ts';
import { captureLive } from '../source/live.ts';
import type { TargetOptions } from '../source/target-file.ts';
import { expectMuchWork, mindMemory } from './much-work.ts';
import type { Progress } from './progress.ts';
import type { Target } from './targets.ts';

/** Where to find binaries, and what page size to predict for: the options of evidence that is no live process. */
export type OfflineOptions = Omit<TargetOptions, 'depth'>;

/** ELF headers of the targets before, but for the first, which may be the only one. */
const known = new KnownImages(true);
let loaded = 0;
/** Bytes: the smaps of some ten thousand mappings, or names that are many times as long when they are printed. */
const MUCH_TEXT = 8 << 20;
/** Mappings: of fewer, not even names as long as can be take much memory. */
const MANY = 10_000;

/**
 * The captures of a target: one, or several where a text holds several processes. Only what this target needs is loaded.
 * @throws TargetError
 */
export async function loadTarget(
  target: Target,
  depth: Depth,
  offline: OfflineOptions,
  progress: Progress,
): Promise<readonly Capture[]> {
  if (++loaded === 2) expectMuchWork();
  if (target.kind === 'process') {
    const capture = captureLive(target.pid, depth, loaded > 1 ? known : undefined);
    if (capture.vmas.length > MANY) mindMemory();
    return [capture];
  }
  const { captureOffline } = await import('./offline-target.ts');
  const onProgress = (bytes: number): void => {
    if (bytes > MUCH_TEXT) expectMuchWork();
    progress.tell(() => `${target.name}: ${amount(bytes)} read`);
  };
  return captureOffline(target, { ...offline, depth, onProgress });
}
