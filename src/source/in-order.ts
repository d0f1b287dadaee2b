/**
 * Mappings as a process can have them: in address order, none over another. The kernel lists them so; a text or a snapshot
 * may say anything, and everything behind this relies on it.
 */
import type { Note } from '../model/capture.ts';
import { byStart } from '../model/units.ts';
import type { Vma } from '../model/vma.ts';

/** The mappings in order; of two that overlap, the one that begins later is left out, and a note counts those. */
export function inOrder(vmas: readonly Vma[]): { vmas: readonly Vma[]; notes: Note[] } {
  if (vmas.every((vma, i) => i === 0 || vmas[i - 1]!.end <= vma.start)) return { vmas, notes: [] };
  const sorted = vmas.toSorted(byStart);
  let end = 0n;
  const apart = sorted.filter(vma => {
    const free = vma.start >= end;
    if (free) end = vma.end;
    return free;
  });
  const left = vmas.length - apart.length;
  const message = `${left} of ${vmas.length} mappings overlap others, which no process can have; they are left out`;
  return { vmas: apart, notes: left > 0 ? [{ code: 'overlapping-mappings', message }] : [] };
}
