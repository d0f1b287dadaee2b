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
export function totalsOf(report: Report): Totals {
  const { figureNames } = report.capture;
  const vmas = report.mappings.map(({ vma }) => vma);
  const sum = (name: string): number | null => {
    const column = figureNames.indexOf(name);
    if (column < 0) return null;
    let total = 0;
    for (const vma of vmas) {
      const value = vma.figures?.[column] ?? null;
      if (value === null) return null;
      total += value;
    }
    return total;
  };
  return {
    mappings: vmas.length,
    size: vmas.reduce((total, vma) => total + sizeOf(vma), 0),
    rss: sum('Rss'),
    pss: sum('Pss'),
  };
}
