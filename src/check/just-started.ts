/** A process that has just been exec'ed has RELRO nowhere in force, and that is no finding. */
import { intersect } from '../model/units.ts';
import type { Context } from './context.ts';
import { relroOf } from './relro.ts';

/**
 * Why the process seems to be still in the hands of its loader; null where it does not. The loader protects one
 * module after the other and itself last, so nothing protected means: not there yet. glibc's static start code
 * makes a heap before it applies RELRO.
 */
export function isYoung(context: Context): string | null {
  const { report, executable } = context;
  if (executable?.image.status !== 'read') return null;
  if (report.mappings.some(({ kind }) => kind === 'heap')) return null;
  const { elf } = executable.image;
  const isGlibc = elf.sections.some(({ name }) => name === '.note.ABI-tag');
  if (elf.interpreter === null && !isGlibc) return null;
  for (const module of report.modules) {
    const pages = relroOf(context, module)?.pages;
    if (pages && module.relro.protected.some(range => intersect(range, pages))) return null;
  }
  return 'RELRO is not in force anywhere and there is no heap yet: the process has just been started and is still being loaded';
}
