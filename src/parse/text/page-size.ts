import type { Vma } from '../../model/vma.ts';

/** The smallest KernelPageSize in bytes; null where there is none. */
export function smallestPage(vmas: readonly Vma[], figureNames: readonly string[]): number | null {
  const column = figureNames.indexOf('KernelPageSize');
  if (column < 0) return null;
  let smallest: number | null = null;
  for (const vma of vmas) {
    const size = vma.figures?.[column] ?? null;
    if (size !== null && size > 0 && (smallest === null || size < smallest)) smallest = size;
  }
  return smallest;
}
