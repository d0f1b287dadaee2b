/** Makes a TextProcess of a listing whose rows are all known. */
import type { Address } from '../../model/units.ts';
import type { Figures, Vma } from '../../model/vma.ts';
import type { BadLines } from '../bad-lines.ts';
import { FileNumbers } from '../file-numbers.ts';
import { smallestPage } from '../page-size.ts';
import { isFileName, kernelName } from '../pmap/names.ts';
import type { Completed, Form, TextRow } from '../pmap/row.ts';
import type { FirstLine } from './first-line.ts';
import { limitsNote } from './limits.ts';
import { quirkNotes } from './listing-notes.ts';
import type { TextProcess } from './types.ts';

export interface KnownListing extends Completed {
  readonly kind: Form['kind'];
  readonly first: FirstLine | null;
  /** Rows that repeated the one before with zeroes, and were dropped. */
  readonly secondRows: number;
  /** The first number of the footer, in KiB. */
  readonly total: number | null;
  /** Exclusive ends by start, from other listings of the process, for rows without their own. */
  readonly knownEnds: ReadonlyMap<Address, Address>;
  readonly bad: BadLines;
}

export function processOf(listing: KnownListing): TextProcess {
  const { kind, first, rows, secondRows, bad } = listing;
  const figureNames = toldFigures(listing);
  const files = new FileNumbers();
  const vmas: Vma[] = [];
  for (const row of rows) {
    const end = row.end ?? listing.knownEnds.get(row.start) ?? null;
    if (end !== null) vmas.push(vmaOf(row, end, files, figureNames.length > 0 ? row.figures : null));
  }
  const variant = versionOf(listing);
  const limit = limitsNote({
    label: `pmap (${variant})`,
    rows,
    endless: rows.filter(row => row.end === null).length,
    placed: vmas.length,
    figureNames,
    fileNames: rows.filter(showsFile).map(({ name }) => name),
  });
  // the footer's first total is that of the sizes, unless the first figure column is another
  const summed = kind === 'pmap' && (!figureNames.includes('Size') || figureNames[0] === 'Size');
  const quirks = quirkNotes({ rows, secondRows, total: summed ? listing.total : null });
  return {
    kind,
    // a kernel thread's listing is empty, and so has no form
    variant: rows.length > 0 ? variant : null,
    pid: first?.pid ?? null,
    command: first?.command ?? null,
    vmas,
    figureNames,
    files: files.files,
    pageSizeHint: smallestPage(vmas, figureNames),
    limits: [...(limit ? [limit] : []), ...listing.notes, ...quirks],
    badLines: bad.lines,
    badLineCount: bad.count,
  };
}

/** None where every figure is a dash, as in 3.3.0 and 3.3.1. */
function toldFigures({ figureNames, rows }: KnownListing): readonly string[] {
  const told = rows.some(row => row.figures?.some(figure => figure !== null));
  return told || rows.length === 0 ? figureNames : [];
}

function versionOf({ variant, secondRows }: KnownListing): string {
  return secondRows > 0 && variant === 'procps -x' ? 'procps 3.3.2-3.3.12 -x' : variant;
}

/** A base name counts as well: many forms print nothing else. */
const showsFile = ({ name, inode }: Pick<TextRow, 'name' | 'inode'>): boolean =>
  inode !== '0' && isFileName(name);

function vmaOf(row: TextRow, end: Address, files: FileNumbers, figures: Figures | null): Vma {
  const { start, permissions, offset, device, inode, vmFlags } = row;
  const name = kernelName(row.name);
  const shown = { name, device, inode };
  const file = showsFile(shown) ? files.numberOf(shown) : null;
  return { start, end, permissions, offset, device, inode, name, figures, vmFlags, file };
}
