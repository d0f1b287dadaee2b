/**
 * Columns of text by cli-table3, without borders. It takes seconds for thousands of rows (its layout is quadratic), and for
 * the first one a fiftieth of a start, so it lays out every row with characters whose width is not one column; plain rows
 * are padded here, to the very bytes that it would give (a test compares).
 */
import Table from 'cli-table3';
import { isNarrow } from './width.ts';

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly width: number;
}

export interface Cell {
  readonly text: string;
  /** Colours the text; must not change its width. */
  readonly style?: (text: string) => string;
  /** Is the text known to be ASCII? */
  readonly ascii?: true;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};

/** One row laid out, without trailing blanks. */
export function gridRow(columns: readonly Column[], cells: readonly Cell[]): string {
  for (let i = 0; i < cells.length; i++) {
    const { text, ascii } = cells[i]!;
    if (!ascii && !isNarrow(text)) return libraryRow(columns, cells);
  }
  return paddedRow(columns, cells);
}

/** The titles. */
export function gridHeader(columns: readonly Column[], style: (text: string) => string): string {
  return gridRow(
    columns,
    columns.map(({ title }) => ({ text: title, style })),
  );
}

function paddedRow(columns: readonly Column[], cells: readonly Cell[]): string {
  const texts = new Array<string>(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const { align, width } = columns[i]!;
    const { text, style } = cells[i]!;
    const styled = style ? style(text) : text;
    if (text.length >= width) texts[i] = styled;
    else if (styled === text) texts[i] = align === 'right' ? text.padStart(width) : text.padEnd(width);
    else {
      const blanks = ' '.repeat(width - text.length);
      texts[i] = align === 'right' ? blanks + styled : styled + blanks;
    }
  }
  return texts.join(' ').trimEnd();
}

/** A row by cli-table3, whatever widths its characters have. */
export function libraryRow(columns: readonly Column[], cells: readonly Cell[]): string {
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align),
    colWidths: columns.map(({ width }, i) => (i === columns.length - 1 ? null : width)),
  });
  table.push(cells.map(({ text, style }) => (style ? style(text) : text)));
  return table.toString().trimEnd();
}
