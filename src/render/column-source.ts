/** Where a column's cells come from, and how wide it must be. */
import type { Mapping } from '../model/report.ts';
import type { Cell } from './grid.ts';
import type { RenderOptions } from './options.ts';
import { permissionStyle } from './palette.ts';
import { mostColumns } from './width.ts';

export interface ColumnSource {
  readonly title: string;
  readonly align: 'left' | 'right';
  cell(mapping: Mapping): Cell;
  /** Of the longest text, in columns at most: `mappings` are those of the report, of alike ones maybe one alone. */
  longest(mappings: readonly Mapping[]): number;
}

/** In bytes; null where unknown. */
export type Amount = (mapping: Mapping) => number | null;

export const hexDigits = (value: bigint | null, width: number): string =>
  value === null ? '?' : value.toString(16).padStart(width, '0');

/** A column of texts. */
export function text(
  title: string,
  of: (mapping: Mapping) => string,
  align: 'left' | 'right' = 'left',
): ColumnSource {
  return {
    title,
    align,
    cell: mapping => ({ text: of(mapping) }),
    longest(mappings) {
      let longest = 0;
      for (let i = 0; i < mappings.length; i++) longest = Math.max(longest, mostColumns(of(mappings[i]!)));
      return longest;
    },
  };
}

/** A column of numbers, null where unknown: the largest has the longest text, unless that of null is longer. */
export function number<T extends number | bigint>(
  title: string,
  of: (mapping: Mapping) => T | null,
  show: (value: T | null) => string,
): ColumnSource {
  return {
    title,
    align: 'right',
    cell: mapping => ({ text: show(of(mapping)), ascii: true }),
    longest(mappings) {
      let largest: T | null = null;
      let unknown = 0;
      for (let i = 0; i < mappings.length; i++) {
        const value = of(mappings[i]!);
        if (value === null) unknown = show(null).length;
        else if (largest === null || value > largest) largest = value;
      }
      return largest === null ? unknown : Math.max(unknown, show(largest).length);
    },
  };
}

const PERMISSIONS_WIDTH = { Perm: 4, Mode: 5 };

export function permissions(
  { palette }: RenderOptions,
  title: keyof typeof PERMISSIONS_WIDTH,
  of: (permissions: string) => string,
): ColumnSource {
  return {
    title,
    align: 'left',
    cell: ({ vma: { permissions: kernel } }) => ({
      text: of(kernel),
      style: permissionStyle(palette, kernel),
      ascii: true,
    }),
    longest: () => PERMISSIONS_WIDTH[title],
  };
}
