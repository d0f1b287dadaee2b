/** What one row of a pmap listing is read into. */
import type { Note } from '../../model/capture.ts';
import type { Address, FileOffset } from '../../model/units.ts';
import type { Figures } from '../../model/vma.ts';

/** One mapping as a row tells it, before names are made uniform. */
export interface TextRow {
  readonly start: Address;
  /** Exclusive; `start` in an empty second row; null where the form has no sizes. */
  readonly end: Address | null;
  /** As Vma.permissions. */
  readonly permissions: string;
  readonly offset: FileOffset | null;
  readonly device: string | null;
  readonly inode: string | null;
  /** As printed, without the blanks around it. */
  readonly name: string;
  /** Blanks before the name. */
  readonly gap: number;
  readonly figures: Figures | null;
  readonly vmFlags: readonly string[] | null;
}

/** What a row's shape (and the header above it) says about all rows of its listing. */
export interface Form {
  readonly kind: 'pmap' | 'netbsd-pmap';
  readonly variant: string;
  readonly figureNames: readonly string[];
  /** Reads what only all rows together tell; absent where each row is complete by itself. */
  readonly complete?: (rows: readonly TextRow[]) => Completed;
}

/** A listing's rows once all of them are known. */
export interface Completed {
  readonly variant: string;
  readonly figureNames: readonly string[];
  readonly rows: readonly TextRow[];
  readonly notes: readonly Note[];
}

/** A row and the form that it was read as. Rows of one listing share the Form object. */
export interface ReadRow {
  readonly form: Form;
  readonly row: TextRow;
}
