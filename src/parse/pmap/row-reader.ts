/** Reads the rows of one listing, whichever program printed it; knows the header, if there was one. */

import { extendedForm } from './extended-form.ts';
import { type ExtendedHeader, parseExtendedHeader } from './extended-header.ts';
import { parseQuietRow } from './extended-quiet.ts';
import { parseExtendedRow } from './extended-row.ts';
import { DdbReader } from './netbsd-ddb.ts';
import { parseNetbsdRow } from './netbsd-rows.ts';
import type { Form, ReadRow, TextRow } from './row.ts';
import { parseTabularHeader } from './tabular-header.ts';
import { TabularReader } from './tabular-row.ts';

/** A row; more about the row before; part of one that is not complete yet. */
export type ReadLine =
  | { readonly kind: 'row'; readonly read: ReadRow }
  | ({ readonly kind: 'more' } & Pick<TextRow, 'device' | 'inode' | 'name'>)
  | { readonly kind: 'part' };

export class RowReader {
  #extended: { readonly header: ExtendedHeader; readonly form: Form } | null = null;
  #tabular = new TabularReader(null);
  readonly #ddb = new DdbReader();

  /** A reader for the rows below this line; null where the line is no header that tells columns. */
  static below(line: string): RowReader | null {
    const reader = new RowReader();
    const header = parseExtendedHeader(line);
    if (header) {
      reader.#extended = { header, form: extendedForm(header) };
      return reader;
    }
    const tabular = parseTabularHeader(line);
    if (!tabular) return null;
    reader.#tabular = new TabularReader(tabular);
    return reader;
  }

  /** Reads a line; null where it is no row of any known form. */
  read(line: string): ReadLine | null {
    const read = this.#extended ? this.#readExtended(line) : this.#readOther(line);
    return read ? { kind: 'row', read } : this.#ddb.read(line);
  }

  #readExtended(line: string): ReadRow | null {
    const { header, form } = this.#extended!;
    const row = parseExtendedRow(line, header);
    return row && { form, row };
  }

  #readOther(line: string): ReadRow | null {
    return this.#tabular.read(line) ?? parseQuietRow(line) ?? parseNetbsdRow(line);
  }
}
