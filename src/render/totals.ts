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
  const [rssColumn, pssColumn] = [capture.figureNames.indexOf('Rss'), capture.figureNames.indexOf('Pss')];
  let size = 0;
  let rss: number | null = 0;
  let pss: number | null = 0;
  for (let i = 0; i < mappings.length; i++) {
    const { vma } = mappings[i]!;
    size += sizeOf(vma);
    rss = plus(rss, vma.figures?.[rssColumn]);
    pss = plus(pss, vma.figures?.[pssColumn]);
  }
  return {
    mappings: mappings.length,
    size,
    rss: rssColumn < 0 ? null : rss,
    pss: pssColumn < 0 ? null : pss,
  };
}

/** A sum of which one part is unknown is unknown. */
const plus = (sum: number | null, part: number | null | undefined): number | null =>
  sum === null || part == null ? null : sum + part;
