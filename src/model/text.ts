/** Parts of long texts: V8 makes a slice by reference, so that it costs little and keeps the whole text alive. */

/** A copy that keeps no other text alive. */
export const ownText = (slice: string): string => ` ${slice}`.slice(1);

/** Does `text` have `part` at `at`? Comparing a slice is one comparison of memory; startsWith goes one character at a time. */
export const isAt = (text: string, at: number, part: string): boolean =>
  text.slice(at, at + part.length) === part;

/** After the last slash; the whole path where there is none. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
