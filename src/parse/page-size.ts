import type { Vma } from '../model/vma.ts';

/** In bytes, where nothing tells another. */
export const USUAL_PAGE_SIZE = 4096;

/** A power of two that some Linux architecture uses for pages: 4 KiB to 64 KiB (Hexagon: up to 1 MiB). */
export function isPageSize(bytes: number): boolean {
  return bytes >= 4096 && bytes <= 1 << 20 && (bytes & (bytes - 1)) === 0;
}

/** Boundaries by chance: with pages of 4 KiB, each is a multiple of 16 KiB once in four times. */
const FEWEST_BOUNDARIES = 24;

/** The largest page size that fits all mappings, of those that kernels are built for; the usual one where few tell. */
export function likelyPageSize(vmas: readonly Vma[]): number {
  const boundaries = new Set(vmas.flatMap(({ start, end }) => [start, end]));
  if (boundaries.size < FEWEST_BOUNDARIES) return USUAL_PAGE_SIZE;
  const fits = (size: number): boolean => {
    for (const at of boundaries) if (at % BigInt(size) !== 0n) return false;
    return true;
  };
  return [64 << 10, 16 << 10].find(fits) ?? USUAL_PAGE_SIZE;
}

/** The smallest KernelPageSize in bytes (mappings on huge pages have larger ones); null where there is none that can be. */
export function smallestPage(vmas: readonly Vma[], figureNames: readonly string[]): number | null {
  const column = figureNames.indexOf('KernelPageSize');
  if (column < 0) return null;
  let smallest: number | null = null;
  for (const vma of vmas) {
    const size = vma.figures?.[column] ?? null;
    if (size !== null && isPageSize(size) && (smallest === null || size < smallest)) smallest = size;
  }
  return smallest;
}
