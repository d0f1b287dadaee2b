/** What captured text is read into, whichever form it has. */
import type { Note } from '../../model/capture.ts';
import type { Vma } from '../../model/vma.ts';
import type { BadLine } from '../bad-lines.ts';
import type { ShownFile } from '../file-numbers.ts';

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
  readonly files: readonly ShownFile[];
  /** The smallest KernelPageSize in bytes, where the source has it. */
  readonly pageSizeHint: number | null;
  /** First what the form does not tell (at most one note), then the quirks met. */
  readonly limits: readonly Note[];
  /** The first lines that did not parse; `badLineCount` counts all of them. */
  readonly badLines: readonly BadLine[];
  readonly badLineCount: number;
}

/** No process was found in the text. */
export class UnrecognisedText extends Error {
  override readonly name = 'UnrecognisedText';
}
