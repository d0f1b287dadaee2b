import type { Note } from '../model/capture.ts';
import type { BadLine } from '../parse/bad-lines.ts';

/** What evidence has that is no mapping: the first lines of it, and how many more there are of `count`. */
export function badLineNotes(lines: readonly BadLine[], count: number): Note[] {
  const notes = lines.map(({ number, text }) => ({
    code: 'unparsed-line',
    message: `line ${number} does not parse: ${text.slice(0, 200)}`,
  }));
  const more = count - lines.length;
  if (more > 0) notes.push({ code: 'unparsed-line', message: `${more} more lines do not parse` });
  return notes;
}
