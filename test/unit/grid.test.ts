/** Rows padded here have the very bytes that cli-table3 would give, which is too slow for thousands of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, type Column, gridHeader, gridRow, libraryRow } from '../../src/render/grid.ts';
import { ANSI } from '../../src/render/palette.ts';

interface Row {
  readonly columns: readonly Column[];
  readonly cells: readonly Cell[];
}

/** Rows as the tables have them: every column as wide as its widest cell, the last one without a width. */
const rows: fc.Arbitrary<Row> = fc
  .array(
    fc.record({
      text: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      extra: fc.nat(6),
      align: fc.constantFrom('left' as const, 'right' as const),
      style: fc.constantFrom(null, ANSI.red, ANSI.bold, (text: string) => ANSI.dim(ANSI.green(text))),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map(cells => ({
    columns: cells.map(({ text, extra, align }, i) => {
      const last = i === cells.length - 1;
      return { title: '', align: last ? 'left' : align, width: last ? 0 : Math.max(1, text.length + extra) };
    }),
    cells: cells.map(({ text, style }) => (style ? { text, style } : { text })),
  }));

describe('a row of ASCII', () => {
  it('is what the library gives', () => {
    fc.assert(
      fc.property(rows, ({ columns, cells }) => {
        expect(gridRow(columns, cells)).toBe(libraryRow(columns, cells));
      }),
      { numRuns: 2000 },
    );
  });
});

const columns: Column[] = [
  { title: 'Name', align: 'left', width: 6 },
  { title: 'Size', align: 'right', width: 5 },
  { title: 'What', align: 'left', width: 0 },
];
const titles = columns.map(({ title }) => ({ text: title, style: ANSI.bold }));

describe('the titles', () => {
  it('are what the library gives', () => {
    expect(gridHeader(columns, ANSI.bold)).toBe(libraryRow(columns, titles));
  });
});

describe('a row by the library', () => {
  it('counts wide characters as two columns', () => {
    expect(gridRow(columns, [{ text: '日本' }, { text: '4K' }, { text: 'x' }])).toBe('日本      4K x');
  });

  it('colours no border and no header of its own', () => {
    expect(
      libraryRow(
        columns,
        columns.map(({ title }) => ({ text: title })),
      ),
    ).toBe('Name    Size What');
  });
});
