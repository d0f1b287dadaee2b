import type { Report } from '../model/report.ts';
import { sizeOf } from '../model/units.ts';

export interface Totals {
  readonly mappings: number;
  /** Bytes. */
  readonly size: number;
  /** Bytes; null where the source does not tell it of every mapping. */
  readonly rss: number | null;
  readonly pss: number | null;
}

/** Sums over the report's mappings. [vsyscall] is counted, as the kernel lists it. */
export function totalsOf({ capture, mappings }: Report): Totals {
  const { figureNames } = capture;
  const sum = (name: string): number | null => {
    const column = figureNames.indexOf(name);
    if (column < 0) return null;
    let total = 0;
    for (let i = 0; i < mappings.length; i++) {
      const value = mappings[i]!.vma.figures?.[column] ?? null;
      if (value === null) return null;
      total += value;
    }
    return total;
  };
  let size = 0;
  for (let i = 0; i < mappings.length; i++) size += sizeOf(mappings[i]!.vma);
  return { mappings: mappings.length, size, rss: sum('Rss'), pss: sum('Pss') };
}
