import type { Note } from '../model/capture.ts';
import type { BadLine } from '../parse/smaps.ts';

/** What evidence has that is no mapping: the first lines of it, and how many more there are. */
export function badLineNotes(evidence: {
  readonly badLines: readonly BadLine[];
  readonly badLineCount: number;
}): Note[] {
  const { badLines, badLineCount } = evidence;
  const notes = badLines.map(({ number, text }) => ({
    code: 'unparsed-line',
    message: `line ${number} does not parse: ${text.slice(0, 200)}`,
  }));
  const more = badLineCount - badLines.length;
  if (more > 0) notes.push({ code: 'unparsed-line', message: `${more} more lines do not parse` });
  return notes;
}
