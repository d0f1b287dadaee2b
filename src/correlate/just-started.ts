/** Has the process just been exec'ed? Then RELRO is in force nowhere, and that is no fault of anybody's. */
import { hasGlibcStart } from '../model/elf.ts';
import type { Mapping } from '../model/report.ts';
import type { ModuleState } from './deviations.ts';

/**
 * A loader protects one module after the other and itself last, so nothing protected and no heap mean: not there yet.
 * glibc's static start code makes a heap before it applies RELRO; other static programs may never apply it.
 */
export function isJustStarted(
  states: readonly (ModuleState | null)[],
  mappings: readonly Mapping[],
): boolean {
  const placed = states.filter(state => state !== null);
  const image = placed.find(({ placed: { role } }) => role === 'executable')?.placed.image;
  if (image?.status !== 'read' || mappings.some(({ kind }) => kind === 'heap')) return false;
  const { elf } = image;
  if (elf.interpreter === null && !hasGlibcStart(elf)) return false;
  // Where no library needs it, ld.so of glibc up to 2.40 never protects itself.
  const hasLibraries = placed.some(({ placed: { role } }) => role === 'library');
  const asked = placed.filter(
    ({ placed: { role }, relro }) =>
      relro.ranges.length > 0 && role !== 'vdso' && (role !== 'interpreter' || hasLibraries),
  );
  return asked.length > 0 && asked.every(({ relro }) => relro.allWritable);
}
