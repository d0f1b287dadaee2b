import type { Report } from '../model/report.ts';
import type { Vma } from '../model/vma.ts';
import type { Palette } from './palette.ts';

/** What every renderer of a report is given. */
export interface RenderOptions {
  readonly palette: Palette;
  /** Columns of the terminal; null where lines may be as long as they need to be. */
  readonly width: number | null;
  /** pmap's -x, -d, -X, -XX. */
  readonly view: View;
  /** pmap's -q: neither header nor totals. */
  readonly quiet: boolean;
  /** pmap's -p: full paths. */
  readonly fullPath: boolean;
  /** Which mappings are shown (pmap's -A), null: all; heading and modules are about the whole process all the same. */
  readonly selects: ((vma: Vma) => boolean) | null;
  /** Give the reasons in sentences. */
  readonly explain: boolean;
}

export type View = 'default' | 'x' | 'd' | 'X' | 'XX';

/** Text in pieces, each ended by a newline: rows are written while later ones are still made. */
export type Renderer = (report: Report, options: RenderOptions) => Iterable<string>;

/** The report with nothing but the mappings that are shown. */
export function selected(report: Report, { selects }: RenderOptions): Report {
  return selects ? { ...report, mappings: report.mappings.filter(({ vma }) => selects(vma)) } : report;
}
