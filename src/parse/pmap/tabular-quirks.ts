/**
 * What only the whole of a procps listing tells: older versions print two blanks before a full path,
 *
 *   00005615cc90c000      8K r----  /usr/bin/sleep      3.3.0-3.3.6
 *
 * toybox prints "[anon]" where procps prints "[ anon ]", and 3.3.2-3.3.12 print every mapping twice with -x
 * on kernels from 4.3 on, having taken SwapPss for the record's end:
 *
 *   00005615cc90c000       8       8       0 r---- sleep
 *   00005615cc90c000       0       0       0 r---- sleep
 */

import type { Completed, TextRow } from './row.ts';
import { figuresOf } from './tabular-header.ts';

/** Completes a listing of procps, or what looks like one: names the version by its rows. */
export function completeProcps(
  variant: string,
  columns: readonly (string | null)[],
): (rows: readonly TextRow[]) => Completed {
  const figureNames = figuresOf(columns);
  return rows => {
    const old = rows.some(row => row.gap > 1 && row.name.startsWith('/'));
    const toybox = rows.some(row => row.name === '[anon]');
    const plain = variant === 'procps default';
    let version = variant;
    if (plain && toybox) version = 'toybox';
    else if (old) version = plain ? 'procps 3.3.0-3.3.6 default' : 'procps 3.3.2-3.3.6 -x';
    return { variant: version, figureNames, rows, notes: [] };
  };
}

/** Is `row` the empty second row of the mapping in `previous`? */
export const isSecondRow = (previous: TextRow, row: TextRow): boolean =>
  row.start === previous.start &&
  row.end === row.start &&
  row.name === previous.name &&
  row.figures?.every(figure => figure === 0) === true;
