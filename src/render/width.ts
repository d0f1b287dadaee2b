/** How wide texts are on a terminal. */

const ONE_COLUMN_EACH = /^[\x20-\x7e\u2026]*$/;

/** Has each character one column? */
export const isNarrow = (text: string): boolean => ONE_COLUMN_EACH.test(text);

/** At most so many columns: what is not ASCII may take two each. */
export function mostColumns(text: string): number {
  if (isNarrow(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += columnsOf(char);
  return columns;
}

const columnsOf = (char: string): number => (isNarrow(char) ? 1 : 2);

/** As much of a text as fits into `room` columns, with an ellipsis for the rest. */
export function cutTo(text: string, room: number): string {
  if (mostColumns(text) <= room) return text;
  let left = room - 1;
  let length = 0;
  for (const char of text) {
    left -= columnsOf(char);
    if (left < 0) break;
    length += char.length;
  }
  return `${text.slice(0, length)}…`;
}
