/** Notes on what is odd about a listing, as opposed to what its form leaves out. */
import type { Note } from '../../model/capture.ts';
import { KIB } from '../pmap/numbers.ts';
import type { TextRow } from '../pmap/row.ts';

export interface Quirks {
  readonly rows: readonly TextRow[];
  /** Rows that repeated the one before with zeroes. */
  readonly secondRows: number;
  /** The listing's own sum of the sizes in KiB; null: none, or of something else. */
  readonly total: number | null;
}

export function quirkNotes({ rows, secondRows, total }: Quirks): Note[] {
  const notes: Note[] = [];
  if (secondRows > 0)
    notes.push({
      code: 'double-rows',
      message: `${secondRows} empty second rows are dropped: procps 3.3.2-3.3.12 prints every mapping twice on kernels from 4.3 on`,
    });
  if (rows.some(row => row.name.includes('?')))
    notes.push({
      code: 'unprintable-names',
      message: 'a ? in a name may stand for any byte: pmap up to 4.0.4 prints it for what is not ASCII',
    });
  const sum = sumOf(rows);
  if (rows.length > 0 && total !== null && sum !== null && BigInt(total) * BigInt(KIB) !== sum)
    notes.push({
      code: 'total-differs',
      message: `the listing's total of ${total}K is not the sum of its rows, ${sum / BigInt(KIB)}K, and is not used: rows may be missing, or pmap added up wrongly (3.3.2-3.3.12 -x; 3.3.7-4.0.3 -X with several PIDs)`,
    });
  return notes;
}

/** In bytes; null where not all sizes are known. */
function sumOf(rows: readonly TextRow[]): bigint | null {
  let sum = 0n;
  for (const { start, end } of rows) {
    if (end === null) return null;
    sum += end - start;
  }
  return sum;
}
