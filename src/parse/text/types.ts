/** What captured text is read into, whichever form it has. */
import type { Note } from '../../model/capture.ts';
import type { Address, FileOffset } from '../../model/units.ts';
import type { Figures, Vma } from '../../model/vma.ts';
import type { BadLine } from '../smaps.ts';

/** One process of a captured text. */
export interface TextProcess {
  readonly kind: 'maps' | 'smaps' | 'pmap' | 'netbsd-pmap';
  /** Which form of it ("procps -XX", "busybox -x"); null for maps and smaps. */
  readonly variant: string | null;
  readonly pid: number | null;
  readonly command: string | null;
  readonly vmas: readonly Vma[];
  /** Names of Vma.figures in smaps' spelling; figures are in bytes. */
  readonly figureNames: readonly string[];
  /** The distinct files that Vma.file points to. */
  readonly files: readonly TextFile[];
  /** The smallest KernelPageSize in bytes, where the source has it. */
  readonly pageSizeHint: number | null;
  /** First what the form does not tell (at most one note), then the quirks met. */
  readonly limits: readonly Note[];
  /** The first lines that did not parse; `badLineCount` counts all of them. */
  readonly badLines: readonly BadLine[];
  readonly badLineCount: number;
}

export interface TextFile {
  readonly name: string;
  readonly device: string | null;
  readonly inode: string | null;
}

/** No process was found in the text. */
export class UnrecognisedText extends Error {
  override readonly name = 'UnrecognisedText';
}

/** One mapping as a row tells it, before names are made uniform. */
export interface TextRow {
  readonly start: Address;
  /** Exclusive; null where the form has no sizes. */
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
